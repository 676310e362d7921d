// Whether the books are true: the last audit, a new one, and the ledger's seals.
import { useState } from "preact/hooks";
import { useCalls } from "../lib/calls";
import { get, post } from "../lib/api";
import { count } from "../lib/format";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct } from "../session";
import { Amount, Await, Card, Copy, Dialog, Empty, JobLink, Page, Table, Time, Tone, UserLink } from "../ui/parts";

const invariants = (): string[] => [
  tr("balance = entries = what remains in grants", "余额 = 分录之和 = 批次剩余"),
  tr("an entry's draws add up to it", "分录的动用额之和等于分录"),
  tr("entries without a gap, each balance follows", "分录连续，余额逐笔衔接"),
  tr("each charge has one debit and one end", "每次扣费有始有终"),
  tr("a completed job's entries are its settled price", "完成任务的分录等于结算价"),
  tr("no entry without its job's state", "分录与任务状态一致"),
  tr("one reference, one effect", "一个外部引用仅生效一次"),
  tr("nothing drawn outside a grant's life", "不动用失效批次"),
  tr("an expiry takes its own grant's rest, once", "过期仅取本批次剩余一次"),
  tr("entries unchanged: the hash chain holds", "分录未被篡改：哈希链完整"),
  tr("no balance below zero without a debt", "无欠款则余额不为负"),
  tr("totals equal the sums of entries", "累计值等于分录之和"),
];

function Last({ last }: { last: any }) {
  if (!last) return <Empty title={tr("The books were not audited yet.", "尚未审计。")}>{tr("Run one here, or `tallyman audit` (a cron line does).", "可在此运行，或使用 `tallyman audit`（可加入 cron）。")}</Empty>;
  return (
    <p>
      {last.findings === 0 ? <Tone tone="good">{tr("clean", "无误")}</Tone> : <Tone tone="bad">{tr("{n} findings", "{n} 处问题", { n: last.findings })}</Tone>} <Time at={last.at} relative />
    </p>
  );
}

function Run() {
  const run = useLoad(() => get("/api/admin/audit"), [], 1500);
  const [asked, setAsked] = useState(false);
  return (
    <Card title={tr("Audit of everything", "全面审计")} extra={mayAct() && run.data && <button type="button" class="primary" disabled={run.data.running} onClick={() => setAsked(true)}>{tr("Run now…", "立即运行…")}</button>}>
      <Await of={run}>
        {(it) => (
          <div data-testid="audit-run" role="status">
            {it.running && <p><progress aria-label={tr("Running", "运行中")} /> {tr("{a} accounts, {e} entries so far", "已检查 {a} 个账户、{e} 条分录", { a: count(it.checked.accounts), e: count(it.checked.entries) })}</p>}
            {!it.running && it.finished_at && (
              <p>
                {it.failed ? <Tone tone="bad">{it.failed}</Tone> : it.clean ? <Tone tone="good">{tr("clean", "无误")}</Tone> : <Tone tone="bad">{tr("{n} findings", "{n} 处问题", { n: count(it.found) })}</Tone>}{" "}
                {tr("{a} accounts, {e} entries, {j} jobs", "{a} 个账户、{e} 条分录、{j} 个任务", { a: count(it.checked.accounts), e: count(it.checked.entries), j: count(it.checked.jobs) })} · <Time at={it.finished_at} />
              </p>
            )}
            {!it.running && !it.finished_at && <p class="dim">{tr("Not run by this process yet.", "本进程尚未运行过。")}</p>}
            {it.findings?.length > 0 && (
              <Table label={tr("Findings", "问题")} head={[tr("Invariant", "规则"), tr("Account", "账户"), tr("Job", "任务"), tr("What", "说明")]}>
                {it.findings.map((one: any, at: number) => (
                  <tr key={at}>
                    <td>{one.invariant} <span class="dim">{invariants()[one.invariant - 1]}</span></td>
                    <td>{one.account && <UserLink id={one.account} />}</td>
                    <td>{one.job && <JobLink id={one.job} />}</td>
                    <td class="text">{one.what}</td>
                  </tr>
                ))}
              </Table>
            )}
          </div>
        )}
      </Await>
      {asked && (
        <Dialog title={tr("Audit the whole ledger?", "审计整个账本？")} confirm={tr("Run it", "运行")} onClose={() => setAsked(false)} onConfirm={async () => { run.put(await post("/api/admin/audit")); setAsked(false); }}>
          <p>{tr("Every account is read from one consistent view, page by page; nothing is locked. A large store takes minutes, and its server works for it meanwhile.", "将以一致视图逐页读取所有账户，不加锁。大型存储可能需要数分钟，期间数据库负载会上升。")}</p>
        </Dialog>
      )}
    </Card>
  );
}

function Seals() {
  const seals = useLoad(() => get("/api/admin/seals?limit=60"), []);
  return (
    <Card title={tr("Seals: the ledger at the end of each day, signed", "封签：每日账本的签名摘要")}>
      <Await of={seals}>
        {(data) => data.seals.length === 0 ? <Empty title={tr("There is no seal yet.", "尚无封签。")}>{tr("A scheduler makes one a day; `tallyman seals now` makes one at once.", "调度进程每日生成一次；`tallyman seals now` 可立即生成。")}</Empty> : (
          <Table label={tr("Seals", "封签")} head={[">#", tr("Made", "时间"), `>${tr("Accounts", "账户")}`, `>${tr("Entries", "分录")}`, tr("Root", "根哈希"), ""]}>
            {data.seals.map((seal: any) => (
              <tr key={seal.number}>
                <td class="right num">{seal.number}</td>
                <td><Time at={seal.at} /></td>
                <td class="right"><Amount value={seal.accounts} /></td>
                <td class="right"><Amount value={seal.entries} /></td>
                <td class="num short">{seal.root.slice(0, 24)}…</td>
                <td><Copy text={JSON.stringify(seal)} /></td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
    </Card>
  );
}

export function Audit() {
  const overview = useLoad(() => get("/api/admin/overview"), [], 5000);
  const calls = useCalls();
  return (
    <Page title={tr("Audit", "审计")}>
      <Card title={tr("Last recorded audit", "最近一次审计")}><Await of={overview}>{(data) => <Last last={data.audit} />}</Await></Card>
      {calls && "/api/admin/audit" in calls && <Run />}
      <Seals />
      <Card title={tr("What is checked", "检查规则")}>
        <ol class="prose">{invariants().map((words) => <li key={words}>{words}</li>)}</ol>
      </Card>
    </Page>
  );
}

