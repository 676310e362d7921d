// One job: its states and its money on one line of time, what was asked, what came out.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, part, post } from "../lib/api";
import { clock, credits, day, fullTime, span } from "../lib/format";
import { pretty } from "../lib/json";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { live, mayAct } from "../session";
import { Amount, Await, Badge, Card, Choice, Copy, Dialog, Fact, Facts, Field, JobLink, Page, Table, Time, Tone, UserLink } from "../ui/parts";
import { Result } from "../ui/result";
import { micros } from "../ui/micros";
import { priceWords } from "../ui/words";
import { can, type Steer, SteerDialog, took } from "./jobs";

const stepWords = (what: string): string =>
  ({
    created: tr("created", "创建"),
    started: tr("started", "开始"),
    submitted: tr("sent to the provider", "已提交供应商"),
    consume: tr("debited", "扣费"),
    settle: tr("settled", "结算"),
    refund: tr("refunded", "退款"),
    completed: tr("completed", "完成"),
    failed: tr("failed", "失败"),
    cancelled: tr("cancelled", "取消"),
    expire: tr("expired", "过期"),
    retry: tr("queued again", "重新排队"),
    rescued: tr("rescued", "被接管"),
  })[what] ?? what;

const kindOf = (step: any): string => {
  if (step.amount !== undefined) return step.amount < 0 ? "out" : "in";
  if (step.what === "completed") return "good";
  return step.what === "failed" || step.what === "cancelled" ? "bad" : "state";
};

// Each step's distance from the one before says where the time went.
export function Timeline({ steps }: { steps: any[] }) {
  return (
    <ol class="timeline" aria-label={tr("What happened, in order", "事件时间线")}>
      {steps.map((step, at) => {
        const gap = at === 0 ? 0 : step.at - steps[at - 1].at;
        return (
          <li key={at} class={kindOf(step)}>
            <time dateTime={new Date(step.at).toISOString()} title={fullTime(step.at)}>
              <span class="num">{clock(step.at, true)}</span>
              <small class="dim num">{at === 0 ? day(step.at) : gap > 0 ? `+${span(gap)}` : ""}</small>
            </time>
            <div class="what">
              <strong>{stepWords(step.what)}</strong>
              <span class="text">{step.detail}</span>
            </div>
            <div class="right money">{step.amount !== undefined && <Amount value={step.amount} plus />}</div>
            <div class="right dim money">{step.balance_after !== undefined && <><small>{tr("balance", "余额")} </small><Amount value={step.balance_after} /></>}</div>
          </li>
        );
      })}
    </ol>
  );
}

function Bill({ job, net }: { job: any; net: any }) {
  const { charge, price } = job;
  const line = (name: string, value: any) => (
    <tr>
      <th scope="row">{name}</th>
      <td class="right"><Amount value={value} /></td>
    </tr>
  );
  return (
    <Card title={tr("Bill", "账单")} extra={charge.open && <Tone tone="busy">{tr("open", "未结")}</Tone>}>
      <p>{priceWords(price.words)}</p>
      <table class="bill">
        <tbody>
          {line(tr("Quoted", "报价"), price.quoted)}
          {line(tr("Debited", "扣费"), charge.debited)}
          {line(tr("Settled", "结算"), charge.settled)}
          {line(tr("Refunded", "退款"), charge.refunded)}
          {charge.waived > 0 && line(tr("Waived (member)", "会员免除"), charge.waived)}
          {charge.absorbed > 0 && line(tr("Absorbed by you", "由您承担"), charge.absorbed)}
          <tr class="total">
            <th scope="row">{tr("The user paid", "用户实付")}</th>
            <td class="right"><Amount value={net} /></td>
          </tr>
        </tbody>
      </table>
      <p class="dim">{tr("Charge {n} of this job; price book {v}", "本任务第 {n} 次扣费；价目表 {v}", { n: charge.number, v: price.version })}</p>
    </Card>
  );
}

function Grants({ story }: { story: any }) {
  const kinds = new Map(story.grants.map((grant: any) => [grant.id, grant]));
  const draws = story.entries.flatMap((entry: any) => entry.draws.map((draw: any) => ({ ...draw, entry, of: kinds.get(draw.grant) })));
  if (draws.length === 0) return null;
  return (
    <Card title={tr("Grants drawn from", "动用的积分批次")}>
      <Table label={tr("Grants drawn from", "动用的积分批次")} head={[tr("Entry", "分录"), tr("Kind", "类型"), tr("Grant", "批次"), tr("Expires", "到期"), `>${tr("Credits", "积分")}`]}>
        {draws.map((draw: any, at: number) => (
          <tr key={at}>
            <td class="num">{draw.entry.id}</td>
            <td>{stepWords(draw.entry.kind)}</td>
            <td>{draw.of?.kind} <span class="dim num">{draw.grant}</span></td>
            <td>{draw.of?.expires_at ? <Time at={draw.of.expires_at} /> : <span class="dim">{tr("never", "永不")}</span>}</td>
            <td class="right"><Amount value={draw.amount} plus /></td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

function About({ job, asked }: { job: any; asked: any }) {
  return (
    <Facts>
      <Fact name={tr("User", "用户")}><UserLink id={job.user_id} /></Fact>
      <Fact name={tr("Service", "服务")}>{job.service}</Fact>
      <Fact name={tr("Provider", "供应商")}>{job.provider ?? "–"}</Fact>
      <Fact name={tr("Attempt", "尝试")}>{job.attempt}{asked && (asked.failures > 0 || asked.losses > 0) && <span class="dim"> ({tr("{f} failed, {l} lost", "失败 {f}，丢失 {l}", { f: asked.failures, l: asked.losses })})</span>}</Fact>
      <Fact name={tr("Created", "创建")}><Time at={job.created_at} /></Fact>
      <Fact name={tr("Waited", "等待")}>{job.started_at ? span(job.started_at - Math.max(job.created_at, job.run_at)) : "–"}</Fact>
      <Fact name={tr("Ran for", "运行")}>{took(job)}</Fact>
      <Fact name={tr("Priority", "优先级")}>{job.priority}</Fact>
      {job.duration_ms !== undefined && <Fact name={tr("Billed length", "计费时长")}>{(job.duration_ms / 1000).toFixed(3)} s</Fact>}
      {asked?.worker && <Fact name={tr("Worker", "工作进程")}>{asked.worker}</Fact>}
      {asked?.task && <Fact name={tr("Provider's task", "供应商任务号")}><span class="num text">{asked.task}</span></Fact>}
      {job.idempotency_key && <Fact name={tr("Idempotency key", "幂等键")}><span class="text">{job.idempotency_key}</span></Fact>}
      {job.wait && <Fact name={tr("Waits for", "等待")}>{{ time: tr("its time", "定时"), parents: tr("other jobs", "前置任务"), room: tr("room", "空位") }[job.wait as string]}</Fact>}
      {job.after && <Fact name={tr("After", "前置任务")}>{job.after.map((id: string) => <><JobLink id={id} /> </>)}</Fact>}
    </Facts>
  );
}

const verdicts = (): [string, string][] => [
  ["task", tr("It was submitted: this is its task", "已提交：任务号如下")],
  ["submit", tr("It was not: submit it now", "未提交：立即提交")],
  ["fail", tr("Give it up: failed and refunded", "放弃：失败并退款")],
];

// A job that may have been submitted, and nobody can tell: a person looks it up and says.
function ResolveDialog({ id, onClose, onDone }: { id: string; onClose: () => void; onDone: () => void }) {
  const [verdict, setVerdict] = useState("task");
  const [task, setTask] = useState("");
  const resolve = async () => {
    await post(`/api/admin/jobs/${part(id)}/resolve`, { verdict, ...(verdict === "task" && { task: task.trim() }) });
    onDone();
  };
  return (
    <Dialog title={tr("What became of it?", "实际情况是？")} confirm={tr("Say so", "确认")} danger ready={verdict !== "task" || task.trim() !== ""} onClose={onClose} onConfirm={resolve}>
      <p>{tr("The answer to its submission was lost. Look for it at the provider first: submitting it twice is paid twice.", "提交的响应已丢失。请先在供应商处核实：重复提交将重复付费。")}</p>
      <Choice label={tr("Verdict", "结论")} value={verdict} options={verdicts()} onChange={setVerdict} />
      {verdict === "task" && <Field label={tr("Provider's task", "供应商任务号")} value={task} onInput={setTask} required />}
    </Dialog>
  );
}

function Calls({ calls }: { calls: any[] }) {
  return (
    <Card title={tr("Provider calls", "供应商调用")}>
      <Table label={tr("Provider calls", "供应商调用")} head={[tr("Time", "时间"), `>${tr("Attempt", "尝试")}`, tr("Provider", "供应商"), tr("Outcome", "结果"), tr("Usage", "用量"), `>${tr("Cost", "成本")}`]}>
        {calls.map((one, at) => (
          <tr key={at}>
            <td><Time at={one.at} /></td>
            <td class="right num">{one.attempt}</td>
            <td class="text">{one.provider} <small class="dim">{one.model} {one.request_id}</small></td>
            <td class="text">{one.completed ? tr("completed", "完成") : tr("not completed", "未完成")} <small class="dim">{one.word}</small></td>
            <td class="text"><code>{one.usage}</code></td>
            <td class="right num">{micros(one.cost_micros, one.currency)}</td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

export function Job({ id }: { id: string }) {
  const story = useLoad(() => get(`/api/jobs/${part(id)}/explain`), [id]);
  const asked = useLoad(() => get(`/api/jobs/${part(id)}/input`), [id]);
  const [steer, setSteer] = useState<Steer | undefined>(undefined);
  const [resolving, setResolving] = useState(false);
  const again = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const now = useRef(story);
  now.current = story;
  useEffect(() => {
    const stop = live.listen(({ kind, data }) => {
      if (data.id !== id) return;
      const known = now.current.data;
      if (known && kind === "state") now.current.put({ ...known, job: data });
      if (known && kind === "progress") now.current.put({ ...known, job: { ...known.job, progress: data.progress, progress_note: data.note } });
      clearTimeout(again.current);
      again.current = setTimeout(() => void Promise.all([now.current.reload(), asked.reload()]), 400);
    });
    return () => {
      clearTimeout(again.current);
      stop();
    };
  }, [id]);
  const job = story.data?.job;
  return (
    <Page title={tr("Job {id}", "任务 {id}", { id })} extra={job && mayAct() && (
      <>
        {job.parked && <button type="button" class="primary" onClick={() => setResolving(true)}>{tr("Resolve…", "处理…")}</button>}
        <button type="button" disabled={!can("cancel", job)} onClick={() => setSteer("cancel")}>{tr("Cancel…", "取消…")}</button>
        <button type="button" disabled={!can("retry", job)} onClick={() => setSteer("retry")}>{tr("Retry…", "重试…")}</button>
      </>
    )}>
      <Await of={story}>
        {(told) => (
          <>
            <div class="row headline" data-testid="headline">
              <Badge state={told.job.state} />
              {told.job.poison && <Tone tone="bad">{tr("poison", "毒任务")}</Tone>}
              {told.job.fate_unknown && <Tone tone="warn">{tr("fate unknown: still asking", "结果未知：持续查询中")}</Tone>}
              {told.job.parked && <Tone tone="bad">{tr("may have been submitted: decide", "可能已提交：请处理")}</Tone>}
              {told.job.late_result && <Tone tone="warn">{tr("a late result came, not charged", "迟到的结果，未计费")}</Tone>}
              {told.job.state === "processing" && <progress max={100} value={told.job.progress} aria-label={tr("Progress", "进度")} />}
              {told.job.state === "processing" && <span class="num">{told.job.progress}%</span>}
              {told.job.progress_note && <span class="dim text">{told.job.progress_note}</span>}
              <span class="dim">{tr("paid", "实付")} {credits(told.net)}</span>
            </div>
            {told.job.error && (
              <div class="trouble" data-testid="job-error">
                <strong>{told.job.error.code}</strong>
                <p class="text">{told.job.error.message}</p>
              </div>
            )}
            <div class="split">
              <div>
                <Card title={tr("What happened", "经过")}><Timeline steps={told.steps} /></Card>
                <Grants story={told} />
                {told.provider_calls?.length > 0 && <Calls calls={told.provider_calls} />}
                {told.job.state === "completed" && <Result job={told.job} />}
                <Card title={tr("Input", "输入")} extra={asked.data && <Copy text={pretty(asked.data.input)} />}>
                  <Await of={asked}>{(it) => it.pruned ? <p class="dim">{tr("Removed by retention.", "已按保留策略清除。")}</p> : <pre class="json" tabIndex={0} data-testid="input">{pretty(it.input)}</pre>}</Await>
                </Card>
              </div>
              <div>
                <Card title={tr("Job", "任务")}><About job={told.job} asked={asked.data} /></Card>
                <Bill job={told.job} net={told.net} />
              </div>
            </div>
            {resolving && <ResolveDialog id={id} onClose={() => setResolving(false)} onDone={() => { setResolving(false); void story.reload(); }} />}
            {steer && <SteerDialog what={steer} jobs={[told.job]} onClose={() => setSteer(undefined)} onDone={() => { setSteer(undefined); void story.reload(); }} />}
          </>
        )}
      </Await>
    </Page>
  );
}
