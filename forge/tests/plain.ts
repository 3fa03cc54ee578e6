/** What tests and measurements of the app have in common. */

import type { Options } from '../src/loop';

/** The app's id, as the manifest has it before anybody registers the app. */
export const APP = 'ari:cloud:ecosystem::app/00000000-0000-4000-8000-000000000000';

/** A document without any wish. */
export const PLAIN: Options = {
  template: 'default',
  settings: {},
  images: 'original',
  attachments: false,
  manifest: false,
  split: '',
};
