/** The API's documents, as docs/openapi.yaml describes them; members that the page does not use are left out. */

export interface User {
  _id: string;
  username: string;
  email: string;
  first_name: string;
  last_name: string;
  role: 'user' | 'admin';
}

export interface PixelSize {
  x: number;
  y: number;
}

export interface SourceFile {
  gridfs_id: string;
  filename: string;
  width: number;
  height: number;
  channels: number;
  bit_depth: number;
  axes?: string;
  depth?: number;
  times?: number;
  channel_names?: string[];
  pixel_size_um?: PixelSize | null;
  content_type: string;
  bytes: number;
  sha256: string;
  preview_id?: string;
}

export interface Dataset {
  _id: string;
  name: string;
  created_at: string;
  model_id: string;
  files: SourceFile[];
}

/** One parameter in a model's JSON Schema. */
export interface ParamSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: ParamSchema;
  oneOf?: ParamSchema[];
  anyOf?: ParamSchema[];
  const?: unknown;
  multipleOf?: number;
  properties?: Record<string, ParamSchema>;
  'x-unit'?: string;
}

export interface ParamsSchema {
  type: 'object';
  properties: Record<string, ParamSchema>;
  required?: string[];
}

export interface Model {
  _id: string;
  name: string;
  runner_name: string;
  description: string;
  license: string;
  params: ParamsSchema | null;
}

export interface ModelDetail extends Model {
  /** Empty where the model came without it. */
  license_text: string;
  weights: { sha256: string; bytes: number; source: string } | null;
  self_test: { passed: boolean; checked_at: string | null };
}

export type InferenceStatus = 'queued' | 'running' | 'completed' | 'failed';

export interface InferenceError {
  code: string;
  detail: string;
}

export interface Progress {
  images_done: number;
  images_total: number;
  tiles_done: number;
  tiles_total: number;
  fraction: number;
  eta_s: number | null;
  queue_position: number | null;
}

export interface Artifact {
  kind: string;
  gridfs_id: string;
  filename: string;
  content_type: string;
  bytes: number;
  sha256: string;
}

export interface ImageResult {
  source_filename: string;
  source_image_gridfs_id: string;
  original_gridfs_id: string;
  status: 'completed' | 'failed';
  error?: InferenceError;
  mask_id: string | null;
  objects: number;
  diameter: number;
  warnings: string[];
  timings_ms?: Record<string, number>;
  artifacts: Artifact[];
}

export interface InferenceSummary {
  _id: string;
  dataset_id: string;
  params: Record<string, unknown>;
  model_id: string;
  runner_name: string;
  status: InferenceStatus;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  notes: string;
  error: InferenceError | null;
  progress: Progress;
  attempt: number;
  archived: boolean;
  provenance: Record<string, unknown>;
}

export interface Inference extends InferenceSummary {
  results: ImageResult[];
  results_next?: number;
}

/** The data of an event of GET /api/inferences/{id}/events. */
export interface InferenceEvent {
  inference_id: string;
  status: InferenceStatus;
  cancel_requested: boolean;
  attempt: number;
  progress: Progress;
  error: InferenceError | null;
}

export interface Correction {
  _id: string;
  inference_id: string;
  original_gridfs_id: string;
  source_filename: string;
  version: number;
  gridfs_id: string;
  filename: string;
  note: string;
  objects: number;
  machine_objects: number;
  scores: { ap50: number; ap75: number; f1: number };
  created_at: string;
}

/** GET /api/files/{id}/view: how to ask for the tiles of an image or of a label mask. */
export interface FileView {
  kind: 'image' | 'labels';
  width: number;
  height: number;
  tile_size: number;
  levels: number;
  sample: 'uint8' | 'uint16' | 'uint32';
  depth: number;
  times: number;
  pixel_size_um: PixelSize | null;
  rgb: boolean;
  /** Whether stored samples 0 to 65535 stand for minimum to maximum of each channel (images of 32 bits and floats). */
  stretched?: boolean;
  objects?: number;
  channels: ChannelView[];
}

export interface ChannelView {
  name: string;
  color: string;
  minimum: number;
  maximum: number;
  low: number;
  high: number;
  histogram: number[];
}

export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** POST /api/inferences/preview: a model's answer for a region, not stored. */
export interface Preview {
  region: Region;
  objects: number;
  diameter: number;
  warnings: string[];
  seconds: number;
  /** [label, run, label, run, ...], row by row over the region. */
  labels_rle: number[];
}
