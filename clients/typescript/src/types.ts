// Short names for what the generated schema describes.
import type { components } from "./schema.js";

type Schemas = components["schemas"];

export type Account = Schemas["Account"];
export type AccountFacts = Schemas["AccountFacts"];
export type AccountPut = Schemas["AccountPut"];
export type Balance = Schemas["Balance"];
export type BatchRefused = Schemas["BatchRefused"];
export type BatchTaken = Schemas["BatchTaken"];
export type Charge = Schemas["Charge"];
export type ConsumeRequest = Schemas["ConsumeRequest"];
export type Consumed = Schemas["Consumed"];
export type Cost = Schemas["Cost"];
export type CostRequest = Schemas["CostRequest"];
export type Entry = Schemas["Entry"];
export type FieldError = Schemas["FieldError"];
export type Grant = Schemas["Grant"];
export type Job = Schemas["Job"];
export type JobRequest = Schemas["JobRequest"];
export type MoneyEvent = Schemas["MoneyEvent"];
export type PointsRequest = Schemas["PointsRequest"];
export type PriceBook = Schemas["PriceBook"];
export type Problem = Schemas["Problem"];
export type ProblemCode = Schemas["ProblemCode"];
export type ProgressEvent = Schemas["ProgressEvent"];
export type RechargeRequest = Schemas["RechargeRequest"];
export type Recharged = Schemas["Recharged"];
export type State = Schemas["State"];
export type Stats = Schemas["Stats"];
export type Story = Schemas["Story"];
export type SyncBalance = Schemas["SyncBalance"];
export type SyncRecords = Schemas["SyncRecords"];
export type SyncResult = Schemas["SyncResult"];
export type Synced = Schemas["Synced"];
export type SyncedBatch = Schemas["SyncedBatch"];

export type JobEvent =
  | { id: string; event: "state"; data: Job }
  | { id: string; event: "progress"; data: ProgressEvent }
  | { id: string; event: "money"; data: MoneyEvent };

export interface JobFilter {
  user_id?: string;
  state?: State;
  service?: string;
  /** Jobs of one page; the iteration goes on to the next one by itself. */
  limit?: number;
}

export function hasEnded(job: Pick<Job, "state">): boolean {
  return job.state !== "queued" && job.state !== "processing";
}
