import { densities, density, letterKeys, theme, themes } from '../../route/prefs.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { t } from '../../words/i18n.ts';

/** How this browser shows things. */
export function DisplaySettings() {
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('settings.display')}</h2>
      </header>
      <p class="hint">{t('settings.displayHint')}</p>
      <div class="setting">
        <span>{t('settings.theme')}</span>
        <Segmented
          label={t('settings.theme')}
          value={theme.value}
          options={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={(value) => {
            theme.value = value;
          }}
        />
      </div>
      <div class="setting">
        <span>{t('settings.density')}</span>
        <Segmented
          label={t('settings.density')}
          value={density.value}
          options={densities.map((value) => ({ value, label: t(`density.${value}`) }))}
          onChange={(value) => {
            density.value = value;
          }}
        />
      </div>
      <label class="check setting">
        <span>{t('shortcuts.letters')}</span>
        <input
          type="checkbox"
          checked={letterKeys.value === 'on'}
          onChange={(event) => {
            letterKeys.value = event.currentTarget.checked ? 'on' : 'off';
          }}
        />
      </label>
    </section>
  );
}
