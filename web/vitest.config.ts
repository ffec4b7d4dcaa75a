import { defineConfig, mergeConfig } from 'vitest/config';
import page from './vite.config.ts';

// A file of its own: what builds the page does without vitest.
export default mergeConfig(page, defineConfig({ test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'happy-dom' } }));
