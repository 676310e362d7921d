// Balance, history, jobs and prices of the calling user.
import { useEffect } from "preact/hooks";
import { get, query } from "../lib/api";
import { useCell } from "../lib/cell";
import { ago, credits } from "../lib/format";
import { useLoad, usePages } from "../lib/load";
import { tr } from "../lib/look";
import { Book } from "../ui/book";
import { Ledger } from "../ui/grants";
import { Amount, Await, Badge, Card, Empty, More, Page, Table, Time } from "../ui/parts";
import { live } from "./token";

// Asked again a moment after anything happened to a job of this user.
export function useNews(reload: () => void) {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = live.listen(() => {
      clearTimeout(timer);
      timer = setTimeout(reload, 300);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, []);
}

function Expiring({ list, total }: { list: any[]; total: any }) {
  if (list.length === 0) return <p class="dim">{tr("None of it expires soon.", "近期没有积分到期。")}</p>;
  const most = Number(total) || 1;
  return (
    <ul class="expiring">
      {list.map((one) => (
        <li key={one.at}>
          <span><Amount value={one.credits} /> {tr("expire", "积分将于")} <Time at={one.at} /> <small class="dim">{ago(one.at)}</small></span>
          <meter min={0} max={most} value={Number(one.credits)} aria-label={tr("Share of the balance", "占余额比例")} />
        </li>
      ))}
    </ul>
  );
}

export function Balance() {
  const balance = useLoad(() => get("/api/v1/credit/balance"), [], 15000);
  const latest = useLoad(() => get("/api/v1/credit/transactions?limit=5"), []);
  useNews(() => void Promise.all([balance.reload(), latest.reload()]));
  const none = balance.error?.code === "unknown_account";
  return (
    <Page title={tr("Balance", "余额")} extra={<a class="button primary" href="/me/recharge">{tr("Recharge", "充值")}</a>}>
      {none ? <Empty title={tr("You have no credits yet.", "您还没有积分。")}>{tr("Your account opens with your first job or recharge.", "首次提交任务或充值时将自动开立账户。")}</Empty> : (
        <Await of={balance}>
          {(it) => (
            <>
              <Card>
                <p class="big" data-testid="balance"><Amount value={it.credits} /> <small class="dim">{tr("credits", "积分")}</small></p>
                <Expiring list={it.expiring} total={it.credits} />
              </Card>
              <Card title={tr("Lately", "最近变动")} extra={<a href="/me/history">{tr("All of it", "全部")}</a>}>
                <Await of={latest}>{(page) => page.history.length === 0 ? <Empty title={tr("Nothing yet.", "暂无记录。")} /> : <Ledger entries={page.history} links={false} />}</Await>
              </Card>
            </>
          )}
        </Await>
      )}
    </Page>
  );
}

export function History() {
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/v1/credit/transactions${query({ cursor, limit: 50 })}`);
    return { rows: page.history as any[], next: page.next_cursor };
  }, []);
  useNews(() => void pages.reload());
  return (
    <Page title={tr("History", "明细")}>
      <Await of={pages}>{(rows) => rows.length === 0 ? <Empty title={tr("Nothing yet.", "暂无记录。")} /> : <Ledger entries={rows} links={false} />}</Await>
      <More pages={pages} />
    </Page>
  );
}

export function Jobs() {
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/jobs${query({ cursor, limit: 30 })}`);
    return { rows: page.jobs as any[], next: page.next_cursor };
  }, []);
  useCell(live.line);
  useEffect(() => live.listen(({ kind, data }) => {
    const rows = pages.data;
    if (!rows) return;
    const known = rows.some((job) => job.id === data.id);
    if (kind === "state") pages.put(known ? rows.map((job) => (job.id === data.id ? data : job)) : [data, ...rows]);
    if (kind === "progress") pages.put(rows.map((job) => (job.id === data.id ? { ...job, progress: data.progress } : job)));
  }), [pages.data]);
  return (
    <Page title={tr("Jobs", "任务")}>
      <Await of={pages}>
        {(rows) => rows.length === 0 ? <Empty title={tr("You have no jobs yet.", "您还没有任务。")} /> : (
          <Table label={tr("Jobs", "任务")} head={[tr("Job", "编号"), tr("Service", "服务"), tr("State", "状态"), tr("Progress", "进度"), `>${tr("Credits", "积分")}`, tr("Created", "创建时间")]}>
            {rows.map((job) => (
              <tr key={job.id}>
                <td class="num">{job.id}</td>
                <td>{job.service}</td>
                <td><Badge state={job.state} /> {job.error && <span class="bad-text text">{job.error.message}</span>}</td>
                <td>{job.state === "processing" && <progress max={100} value={job.progress} aria-label={`${job.progress}%`} />}</td>
                <td class="right">{credits(job.charge.net)}</td>
                <td><Time at={job.created_at} /></td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
      <More pages={pages} />
    </Page>
  );
}

export function Prices() {
  const book = useLoad(() => get("/api/points/prices"), []);
  return <Page title={tr("Prices", "价格")}><Await of={book}>{(it) => <Book book={it} />}</Await></Page>;
}
