export { createApiClient, StreamRefused } from './api-client.ts';
export type {
  ApiClient,
  ApiClientOptions,
  ApiError,
  ApiErrorCode,
  CallInput,
  CallName,
  StreamInput,
  StreamItem,
  StreamName,
  Unreachable,
} from './api-types.ts';
export { createSseParser, type SseEvent, type SseParser } from './sse-parser.ts';
