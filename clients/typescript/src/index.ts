// What the package gives.
export { Tallyman } from "./client.js";
export { TallymanError, type ErrorCode } from "./error.js";
export type { EventOptions } from "./events.js";
export {
  CreditSyncClient,
  type CreditSyncOptions,
  type SyncChange,
  type SyncOutcome,
} from "./sync.js";
export type { CallOptions, TallymanOptions } from "./transport.js";
export * from "./types.js";
export { NotGenuine, verifyWebhook, type VerifyOptions, type WebhookMessage } from "./webhook.js";
export type { components, operations, paths } from "./schema.js";
