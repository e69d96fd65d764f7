import { render } from 'preact';
import { App } from './app.tsx';
import { startClock } from './clock.ts';
import { languageTag } from './i18n.ts';
import { isolateTexts } from './isolate-text.ts';
import { startKeys } from './keys.ts';
import { followPreferences } from './prefs.ts';
import { startRouter } from './router.ts';
import { start } from './store.ts';

isolateTexts();
followPreferences();
startRouter();
startKeys();
startClock();
document.documentElement.lang = languageTag();
const root = document.getElementById('app');
if (root) render(<App />, root);
void start();
