// The list of jobs: live, pausable, filtered by the address, steered in bulk.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, part, post, query, type Refusal } from "../lib/api";
import { useCell } from "../lib/cell";
import { count, credits, span } from "../lib/format";
import { useOnce, usePages } from "../lib/load";
import { tr } from "../lib/look";
import { place, setQuery } from "../lib/route";
import { live, mayAct } from "../session";
import { Amount, Await, Badge, Choice, Dialog, Empty, Field, JobLink, More, Page, Table, Time, UserLink, say, stateWords } from "../ui/parts";

export const states = ["queued", "processing", "completed", "failed", "cancelled"];
const most = 500;

type Job = any;
export type Steer = "cancel" | "retry";

export const can = (what: Steer, job: Job): boolean =>
  what === "cancel" ? job.state === "queued" || job.state === "processing" : job.state === "failed" || job.state === "cancelled";

export function services(): string[] {
  const book = useOnce<any>("prices", () => get("/api/points/prices"));
  return Object.keys(book?.services ?? {});
}

function matches(job: Job, filter: URLSearchParams): boolean {
  if (filter.get("parked") === "true" && !job.parked) return false;
  return ["state", "service", "user_id"].every((name) => !filter.get(name) || filter.get(name) === job[name]);
}

export function sumOf(jobs: Job[], pick: (job: Job) => number | bigint): bigint {
  return jobs.reduce((sum, job) => sum + BigInt(pick(job)), 0n);
}

// What it will do, before it is done; then one call each, four at a time.
export function SteerDialog({ what, jobs, onClose, onDone }: { what: Steer; jobs: Job[]; onClose: () => void; onDone: (changed: Job[]) => void }) {
  const fit = jobs.filter((job) => can(what, job));
  const running = fit.filter((job) => job.state === "processing");
  const held = sumOf(fit, (job) => (job.charge.open ? job.charge.debited : 0));
  const due = sumOf(fit, (job) => job.price.quoted);
  const [done, setDone] = useState(0);
  const run = async () => {
    const todo = [...fit];
    const changed: Job[] = [];
    const failed: string[] = [];
    const one = async () => {
      for (let job = todo.shift(); job; job = todo.shift()) {
        try {
          changed.push(await post(`/api/jobs/${part(job.id)}/${what}`));
        } catch (problem) {
          failed.push(`${job.id}: ${(problem as Refusal).message}`);
        }
        setDone((n) => n + 1);
      }
    };
    await Promise.all([one(), one(), one(), one()]);
    if (failed.length > 0) say(`${tr("{n} refused", "{n} 个被拒绝", { n: failed.length })} · ${failed[0]}`, "bad");
    else say(what === "cancel" ? tr("{n} cancelled", "已取消 {n} 个", { n: changed.length }) : tr("{n} queued again", "{n} 个已重新排队", { n: changed.length }));
    onDone(changed);
  };
  const title = what === "cancel" ? tr("Cancel {n} jobs?", "取消 {n} 个任务？", { n: fit.length }) : tr("Retry {n} jobs?", "重试 {n} 个任务？", { n: fit.length });
  return (
    <Dialog title={title} confirm={what === "cancel" ? tr("Cancel them", "确认取消") : tr("Retry them", "确认重试")} danger={what === "cancel"}
      ready={fit.length > 0} onClose={onClose} onConfirm={run}>
      {what === "cancel" ? (
        <ul>
          <li>{tr("{n} are queued: they end at once, nothing was charged.", "{n} 个排队中：立即结束，未扣费。", { n: fit.length - running.length })}</li>
          <li>{tr("{n} are processing and hold {c} credits: the provider is told, and the refund follows the service's rule.", "{n} 个处理中，冻结 {c} 积分：将通知供应商，并按服务规则退还。", { n: running.length, c: credits(held) })}</li>
        </ul>
      ) : (
        <p>{tr("Each is a new charge: {c} credits in all, at the price frozen on the job, taken when it starts.", "每个任务将重新扣费：共 {c} 积分（按任务冻结的价格，开始时扣除）。", { c: credits(due) })}</p>
      )}
      {fit.length < jobs.length && <p class="dim">{tr("{n} of the selected are in a state that does not allow it, and are left alone.", "所选中有 {n} 个状态不允许，将保持不变。", { n: jobs.length - fit.length })}</p>}
      {done > 0 && <progress max={fit.length} value={done} aria-label={tr("Progress", "进度")} />}
    </Dialog>
  );
}

function Filters({ filter }: { filter: URLSearchParams }) {
  const [user, setUser] = useState(filter.get("user_id") ?? "");
  const names = services();
  useEffect(() => setUser(filter.get("user_id") ?? ""), [filter.get("user_id")]);
  const any: [string, string] = ["", tr("any", "全部")];
  return (
    <form class="filters" onSubmit={(event) => { event.preventDefault(); setQuery("user_id", user.trim()); }}>
      <Choice label={tr("State", "状态")} value={filter.get("state") ?? ""} options={[any, ...states.map((s): [string, string] => [s, stateWords(s)])]} onChange={(v) => setQuery("state", v)} />
      <Choice label={tr("Service", "服务")} value={filter.get("service") ?? ""} options={[any, ...names.map((s): [string, string] => [s, s])]} onChange={(v) => setQuery("service", v)} />
      <Field label={tr("User", "用户")} value={user} onInput={setUser} type="search" />
      <button type="submit">{tr("Filter", "筛选")}</button>
      <label class="check"><input type="checkbox" checked={filter.get("parked") === "true"} onChange={(e) => setQuery("parked", e.currentTarget.checked ? "true" : "")} />{tr("only what waits for a decision", "仅待处理")}</label>
      {[...filter].length > 0 && <a class="button plain" href="/jobs">{tr("Clear", "清除")}</a>}
    </form>
  );
}

export function took(job: Job): string {
  if (!job.started_at) return "–";
  return span((job.finished_at ?? Date.now()) - job.started_at);
}

function Row({ job, chosen, onChoose }: { job: Job; chosen: boolean; onChoose?: (on: boolean) => void }) {
  return (
    <tr class={job.fresh ? "fresh" : ""}>
      {onChoose && (
        <td>
          <input type="checkbox" checked={chosen} aria-label={tr("Choose job {id}", "选择任务 {id}", { id: job.id })} onChange={(e) => onChoose(e.currentTarget.checked)} />
        </td>
      )}
      <td><JobLink id={job.id} /></td>
      <td><Badge state={job.state} />{job.poison && <span class="badge bad">{tr("poison", "毒任务")}</span>}{job.parked && <span class="badge bad">{tr("decide", "待处理")}</span>}{job.fate_unknown && <span class="badge warn">{tr("fate unknown", "结果未知")}</span>}</td>
      <td>{job.service}</td>
      <td><UserLink id={job.user_id} /></td>
      <td class="right num">{job.state === "processing" ? `${job.progress}%` : ""}</td>
      <td class="right"><Amount value={job.price.quoted} /></td>
      <td class="right"><Amount value={job.charge.net} /></td>
      <td><Time at={job.created_at} /></td>
      <td class="right num">{took(job)}</td>
      <td class="text">{job.error ? <span class="bad-text">{job.error.code}</span> : job.provider}</td>
    </tr>
  );
}

// New jobs that fit come first; those that are shown change where they are. Changes are gathered
// for a moment, so that a thousand a second are no more work than a few.
function useLiveJobs(filter: URLSearchParams, rows: Job[] | undefined, put: (rows: Job[]) => void, paused: boolean): number {
  const waiting = useRef(new Map<string, Job>());
  const [held, setHeld] = useState(0);
  const now = useRef({ rows, put, paused, filter });
  now.current = { rows, put, paused, filter };
  useEffect(() => {
    const stop = live.listen(({ kind, data }) => {
      if (kind === "state") waiting.current.set(data.id, data);
      else if (kind === "progress" && waiting.current.has(data.id)) waiting.current.get(data.id).progress = data.progress;
      while (waiting.current.size > most) waiting.current.delete(waiting.current.keys().next().value!);
    });
    const timer = setInterval(() => {
      const { rows: shown, put: show, paused: held_back, filter: wanted } = now.current;
      if (held_back) return setHeld(waiting.current.size);
      if (waiting.current.size === 0 || !shown) return setHeld(0);
      const news = new Map(waiting.current);
      waiting.current.clear();
      const kept = shown.map((job) => {
        const next = news.get(job.id);
        news.delete(job.id);
        return next ?? (job.fresh ? { ...job, fresh: false } : job);
      });
      const added = [...news.values()].filter((job) => matches(job, wanted) && isNewer(job, shown[0])).map((job) => ({ ...job, fresh: true })).reverse();
      show([...added, ...kept].slice(0, most));
      setHeld(0);
    }, 500);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, []);
  return held;
}

const isNewer = (job: Job, first: Job | undefined) => !first || BigInt(job.id) > BigInt(first.id);

export function Jobs() {
  const { query: filter } = useCell(place);
  const key = filter.toString();
  const [paused, setPaused] = useState(false);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [steer, setSteer] = useState<Steer | undefined>(undefined);
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/jobs${query({ parked: filter.get("parked"), state: filter.get("state"), service: filter.get("service"), user_id: filter.get("user_id"), cursor, limit: 50 })}`);
    return { rows: page.jobs as Job[], next: page.next_cursor };
  }, [key]);
  const held = useLiveJobs(filter, pages.data, pages.put, paused);
  useEffect(() => setChosen(new Set()), [key]);
  const rows = pages.data ?? [];
  const picked = rows.filter((job) => chosen.has(job.id));
  const choose = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const done = (changed: Job[]) => {
    const by = new Map(changed.map((job) => [job.id, job]));
    pages.put(rows.map((job) => by.get(job.id) ?? job));
    setChosen(new Set());
    setSteer(undefined);
  };
  const all = rows.length > 0 && rows.every((job) => chosen.has(job.id));
  const box = <input type="checkbox" checked={all} aria-label={tr("Choose all that are shown", "全选")} onChange={(e) => setChosen(new Set(e.currentTarget.checked ? rows.map((job) => job.id) : []))} />;
  return (
    <Page title={tr("Jobs", "任务")} extra={
      <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
        {paused ? tr("Go on ({n} changes)", "继续（{n} 项变更）", { n: count(held) }) : tr("Pause", "暂停刷新")}
      </button>
    }>
      <Filters filter={filter} />
      {mayAct() && (
        <div class="bulk" aria-live="polite">
          <span class="dim">{tr("{n} chosen", "已选 {n} 个", { n: picked.length })}</span>
          <button type="button" disabled={!picked.some((job) => can("cancel", job))} onClick={() => setSteer("cancel")}>{tr("Cancel…", "取消…")}</button>
          <button type="button" disabled={!picked.some((job) => can("retry", job))} onClick={() => setSteer("retry")}>{tr("Retry…", "重试…")}</button>
        </div>
      )}
      <Await of={pages}>
        {(jobs) => jobs.length === 0 ? (
          <Empty title={pages.more ? tr("None of the newest jobs is like that.", "最近的任务中没有符合条件的。") : tr("No job is like that.", "没有符合条件的任务。")}>
            {pages.more ? tr("So many are looked through at a time; older ones may be.", "每次仅查找一定数量；更早的任务中可能有。") : key ? <a href="/jobs">{tr("Show all jobs", "查看全部任务")}</a> : tr("Enqueue one: POST /api/jobs, or `tallyman enqueue script --user ann`.", "创建任务：POST /api/jobs，或 `tallyman enqueue script --user ann`。")}
          </Empty>
        ) : (
          <Table label={tr("Jobs", "任务")} head={[...(mayAct() ? [box] : []), tr("Job", "编号"), tr("State", "状态"), tr("Service", "服务"), tr("User", "用户"), `>${tr("Progress", "进度")}`, `>${tr("Quoted", "报价")}`, `>${tr("Paid", "实付")}`, tr("Created", "创建时间"), `>${tr("Took", "耗时")}`, tr("Provider or error", "供应商或错误")]}>
            {jobs.map((job) => <Row key={job.id} job={job} chosen={chosen.has(job.id)} onChoose={mayAct() ? (on) => choose(job.id, on) : undefined} />)}
          </Table>
        )}
      </Await>
      <More pages={pages} />
      {steer && <SteerDialog what={steer} jobs={picked} onClose={() => setSteer(undefined)} onDone={done} />}
    </Page>
  );
}
