import { t } from '../words/i18n.ts';

/** It was asked for and is on its way. */
export const Loading = () => <p class="loading">{t('loading')}</p>;
