import { render } from 'preact';
import './styles/index.css';
import { App } from './app';
import { startTheme } from './app/theme';
import { startRouter } from './router';

/** The first picture waits this long for the font, so that no text moves later. */
const FONT_WAIT_MS = 300;

async function start(): Promise<void> {
  startRouter();
  startTheme();
  const patience = new Promise((resolve) => setTimeout(resolve, FONT_WAIT_MS));
  await Promise.race([document.fonts.load('14px Inter'), patience]).catch(() => undefined);
  const root = document.getElementById('app');
  if (root) render(<App />, root);
}

void start();
