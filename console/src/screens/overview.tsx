// What needs attention first; then how things flow.
import { useState } from "preact/hooks";
import { get } from "../lib/api";
import { credits, span } from "../lib/format";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { Chart } from "../ui/chart";
import { Amount, Await, Badge, Card, Empty, JobLink, Page, Table, Time, Tone } from "../ui/parts";

const every = 2000;
const most = 150; // samples: five minutes

interface Sample {
  at: number;
  minute: any;
  states: any;
}
const samples: Sample[] = [];

function remember(overview: any) {
  if (samples.at(-1)?.at === overview.at) return;
  samples.push({ at: overview.at, minute: overview.minute, states: overview.states });
  if (samples.length > most) samples.shift();
}

const of = (pick: (sample: Sample) => unknown) => samples.map((sample) => Number(pick(sample) ?? 0));

const places: Record<string, [string, string, string]> = {
  account_braked: ["/accounts", "Accounts stopped", "账户被暂停"],
  account_frozen: ["/accounts", "An account is frozen", "账户被冻结"],
  parked: ["/jobs?parked=true", "Jobs wait for a decision", "任务待人工处理"],
  provider_refuses: ["/providers", "A provider refuses our key", "供应商拒绝密钥"],
  duty_failed: ["/workers", "A duty failed", "定时任务失败"],
  ledger_drift: ["/audit", "The ledger does not add up", "账本不平"],
  no_workers: ["/workers", "No worker", "没有工作进程"],
  old_charges: ["/jobs?state=processing", "Charges open for long", "扣费长时间未结"],
  poison: ["/jobs?state=failed", "Jobs that take workers down", "导致进程崩溃的任务"],
  provider_failing: ["/providers", "A provider fails", "供应商异常"],
  queue_paused: ["/queues", "A queue stands", "队列已停"],
  redis_away: ["/workers", "Redis is away", "Redis 不可用"],
  rescued: ["/workers", "Jobs were rescued", "任务被接管"],
  store_away: ["/workers", "The store is away", "存储不可用"],
  unknown_fate: ["/jobs?state=processing", "Unknown fate", "结果未知"],
  waiting: ["/queues", "Jobs wait long", "任务等待过久"],
  webhooks_dead: ["/webhooks?state=dead", "Messages given up", "消息投递失败"],
  webhooks_late: ["/webhooks?state=pending", "Messages are late", "消息延迟"],
  worker_lost: ["/workers", "A worker is lost", "工作进程丢失"],
};

function Attention({ list }: { list: any[] }) {
  if (list.length === 0) {
    return (
      <p class="calm" data-testid="calm">
        {tr("Nothing needs you. Store, workers, providers and books are well.", "一切正常：存储、工作进程、供应商与账本均无异常。")}
      </p>
    );
  }
  return (
    <ul class="attention">
      {list.map((one) => {
        const [to, en, zh] = places[one.what] ?? ["/workers", one.what, one.what];
        return (
          <li key={one.what + one.detail} class={one.urgent ? "urgent" : ""}>
            <a href={to}>
              <Tone tone={one.urgent ? "bad" : "warn"}>{one.urgent ? tr("now", "紧急") : tr("look", "留意")}</Tone>
              <strong>{tr(en, zh)}</strong>
              <span>{one.detail}</span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function Tile({ name, value, hint, to }: { name: string; value: string; hint?: string; to?: string }) {
  const inner = (
    <>
      <span class="dim">{name}</span>
      <b class={value.length > 10 ? "num long" : "num"}>{value}</b>
      <small class="dim">{hint ?? "\u00a0"}</small>
    </>
  );
  return to ? <a class="tile" href={to}>{inner}</a> : <div class="tile">{inner}</div>;
}

function Tiles({ data }: { data: any }) {
  const { states, minute, today } = data;
  const held = data.charges.reduce((sum: bigint, one: any) => sum + BigInt(one.credits), 0n);
  const oldest = states.oldest_ready_at;
  return (
    <div class="tiles">
      <Tile name={tr("Ready", "待领取")} value={credits(states.ready)} to="/jobs?state=queued"
        hint={oldest ? tr("oldest {t}", "最久 {t}", { t: span(data.at - oldest) }) : tr("nobody waits", "无等待")} />
      <Tile name={tr("Waiting for a time or parents", "定时或等待前置")} value={credits(states.waiting)} />
      <Tile name={tr("Processing", "处理中")} value={credits(states.processing)} to="/jobs?state=processing"
        hint={states.unknown_fate > 0 ? tr("{n} of unknown fate", "{n} 个结果未知", { n: states.unknown_fate }) : undefined} />
      <Tile name={tr("Completed a minute", "每分钟完成")} value={credits(minute.completed)}
        hint={tr("{n} failed", "{n} 失败", { n: minute.failed })} to="/jobs?state=completed" />
      <Tile name={tr("Pickup, mean", "平均领取延迟")} value={minute.started > 0 ? span(minute.pickup_ms) : "–"}
        hint={minute.started > 0 ? tr("slowest {t}", "最慢 {t}", { t: span(minute.slowest_ms) }) : undefined} />
      <Tile name={tr("Held by running jobs", "运行中冻结积分")} value={credits(held)} />
      {today && <Tile name={tr("Credits in today", "今日入账")} value={credits(today.in)} hint={tr("this process", "本进程")} />}
      {today && <Tile name={tr("Credits earned today", "今日消耗")} value={credits(today.out)} hint={tr("this process", "本进程")} />}
    </div>
  );
}

function Charts() {
  const unit = tr("a minute", "每分钟");
  return (
    <div class="charts">
      <Chart title={tr("Throughput", "吞吐")} unit={unit} series={[
        { name: tr("completed", "完成"), tone: "accent", values: of((s) => s.minute.completed) },
        { name: tr("failed", "失败"), tone: "bad", values: of((s) => s.minute.failed) },
      ]} />
      <Chart title={tr("Jobs now", "当前任务")} unit={tr("by state", "按状态")} series={[
        { name: tr("ready", "待领取"), tone: "quiet", values: of((s) => s.states.ready) },
        { name: tr("processing", "处理中"), tone: "accent", values: of((s) => s.states.processing) },
      ]} />
      <Chart title={tr("Pickup latency", "领取延迟")} unit="ms" series={[
        { name: tr("mean", "平均"), tone: "accent", values: of((s) => s.minute.pickup_ms) },
      ]} />
      <Chart title={tr("Credits", "积分")} unit={unit} series={[
        { name: tr("in", "入账"), tone: "accent", values: of((s) => s.minute.received) },
        { name: tr("earned", "消耗"), tone: "quiet", values: of((s) => BigInt(s.minute.settled) + BigInt(s.minute.spent)) },
        { name: tr("refunded", "退还"), tone: "bad", values: of((s) => s.minute.refunded) },
      ]} />
    </div>
  );
}

function Sights({ title, list }: { title: string; list: any[] }) {
  if (list.length === 0) return null;
  return (
    <Card title={title}>
      <Table label={title} head={[tr("Job", "任务"), tr("Service", "服务"), tr("Since", "自")]}>
        {list.map((one) => (
          <tr key={one.job}>
            <td><JobLink id={one.job} /></td>
            <td>{one.service}</td>
            <td><Time at={one.since} relative /></td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}

export function Overview() {
  const overview = useLoad(async () => {
    const data = await get("/api/admin/overview");
    remember(data);
    return data;
  }, [], every);
  const [all, setAll] = useState(false);
  return (
    <Page title={tr("Overview", "概览")} extra={overview.data && <span class="dim">{tr("as of", "截至")} <Time at={overview.data.at} /></span>}>
      <Await of={overview}>
        {(data) => {
          const busy = data.queues.filter((q: any) => all || q.ready > 0 || q.processing > 0 || q.mode !== "running");
          return (
            <>
              <Attention list={data.attention} />
              <Tiles data={data} />
              <Charts />
              <div class="cards">
                <Card title={tr("Queues", "队列")} extra={
                  <label class="check"><input type="checkbox" checked={all} onChange={(e) => setAll(e.currentTarget.checked)} />{tr("idle ones, too", "含空闲")}</label>
                }>
                  {busy.length === 0 ? <Empty title={tr("All queues are empty.", "所有队列为空。")} /> : (
                    <Table label={tr("Queues", "队列")} head={[tr("Service", "服务"), tr("Mode", "模式"), `>${tr("Ready", "待领取")}`, `>${tr("Processing", "处理中")}`, tr("Oldest", "最久等待")]}>
                      {busy.map((q: any) => (
                        <tr key={q.service}>
                          <td><a href={`/jobs?service=${encodeURIComponent(q.service)}`}>{q.service}</a></td>
                          <td><Badge state={q.mode} /></td>
                          <td class="right"><Amount value={q.ready} /></td>
                          <td class="right"><Amount value={q.processing} /></td>
                          <td>{q.oldest_ready_at ? span(data.at - q.oldest_ready_at) : <span class="dim">–</span>}</td>
                        </tr>
                      ))}
                    </Table>
                  )}
                </Card>
                <Card title={tr("Open charges by age", "未结扣费（按时长）")}>
                  <Table label={tr("Open charges by age", "未结扣费（按时长）")} head={[tr("Attempt began", "开始于"), `>${tr("Jobs", "任务")}`, `>${tr("Credits", "积分")}`]}>
                    {data.charges.map((one: any, at: number) => (
                      <tr key={at}>
                        <td>{one.younger_than_ms ? tr("less than {t} ago", "{t} 以内", { t: span(one.younger_than_ms) }) : tr("longer ago", "更早")}</td>
                        <td class="right"><Amount value={one.jobs} /></td>
                        <td class="right"><Amount value={one.credits} /></td>
                      </tr>
                    ))}
                  </Table>
                </Card>
                <Sights title={tr("Jobs of unknown fate", "结果未知的任务")} list={data.unknown} />
                <Sights title={tr("Poison: jobs that took down their workers", "毒任务：曾使工作进程崩溃")} list={data.poison} />
              </div>
            </>
          );
        }}
      </Await>
    </Page>
  );
}
