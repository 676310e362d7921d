// What the world was told, what waits to be told, what was given up; and telling it again.
import { useState } from "preact/hooks";
import { get, part, post, query } from "../lib/api";
import { useCell } from "../lib/cell";
import { count } from "../lib/format";
import { pretty } from "../lib/json";
import { useLoad, usePages } from "../lib/load";
import { tr } from "../lib/look";
import { place, setQuery } from "../lib/route";
import { mayAct } from "../session";
import { Act, Await, Badge, Choice, Dialog, Empty, Field, JobLink, More, Page, Table, Time, UserLink, say, stateWords } from "../ui/parts";

function Message({ id, onClose }: { id: string; onClose: () => void }) {
  const message = useLoad(() => get(`/api/admin/webhooks/messages/${part(id)}`), [id]);
  return (
    <Dialog title={tr("Message {id}", "消息 {id}", { id })} onClose={onClose}>
      <Await of={message}>
        {(it) => (
          <>
            <p><Badge state={it.state} /> {it.type} → <span class="text">{it.target}</span></p>
            {it.error && <p class="bad-text text">{it.error}</p>}
            <pre class="json" tabIndex={0}>{pretty(it.message ?? null)}</pre>
            {mayAct() && <Act label={tr("Deliver again", "重新投递")} done={tr("Queued for delivery", "已加入投递队列")} run={async () => message.put(await post(`/api/admin/webhooks/messages/${part(id)}/replay`))} />}
          </>
        )}
      </Await>
    </Dialog>
  );
}

function Replay({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [since, setSince] = useState("");
  const [target, setTarget] = useState("");
  const at = new Date(since).getTime();
  const run = async () => {
    const done = await post("/api/admin/webhooks/replay", { since: at, ...(target.trim() && { target: target.trim() }) });
    say(tr("{n} messages will be delivered again", "{n} 条消息将重新投递", { n: count(done.replayed) }));
    onDone();
  };
  return (
    <Dialog title={tr("Deliver again what was given up", "重新投递失败消息")} confirm={tr("Deliver them", "投递")} ready={!Number.isNaN(at)} onClose={onClose} onConfirm={run}>
      <Field label={tr("Made since", "起始时间")} type="datetime-local" value={since} onInput={setSince} required autoFocus />
      <Field label={tr("Receiver (optional)", "接收方（可选）")} value={target} onInput={setTarget} hint={tr("Empty: all of them.", "留空：全部。")} />
    </Dialog>
  );
}

export function Webhooks() {
  const { query: filter } = useCell(place);
  const [figures, setFigures] = useState<any>(undefined);
  const [open, setOpen] = useState<string | undefined>(undefined);
  const [replay, setReplay] = useState(false);
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/admin/webhooks/messages${query({ state: filter.get("state"), cursor, limit: 50 })}`);
    setFigures(page);
    return { rows: page.messages as any[], next: page.next_cursor };
  }, [filter.toString()]);
  const options = ["", "pending", "delivered", "dead"].map((s): [string, string] => [s, s === "" ? tr("any", "全部") : stateWords(s)]);
  return (
    <Page title={tr("Webhooks", "回调消息")} extra={mayAct() && <button type="button" onClick={() => setReplay(true)}>{tr("Deliver again…", "重新投递…")}</button>}>
      <div class="filters">
        <Choice label={tr("State", "状态")} value={filter.get("state") ?? ""} options={options} onChange={(v) => setQuery("state", v)} />
        {figures && <p class="dim">{tr("{p} wait, {d} given up", "{p} 条待投递，{d} 条已放弃", { p: count(figures.pending), d: count(figures.dead) })}</p>}
      </div>
      <Await of={pages}>
        {(rows) => rows.length === 0 ? (
          <Empty title={tr("No message is like that.", "没有符合条件的消息。")}>{tr("Receivers are set under `webhooks` in tallyman.yaml, or by a job's `webhook`.", "在 tallyman.yaml 的 webhooks 中，或通过任务的 webhook 字段设置接收方。")}</Empty>
        ) : (
          <Table label={tr("Messages", "消息")} head={[tr("Message", "消息"), tr("State", "状态"), tr("Type", "类型"), tr("Receiver", "接收方"), tr("User", "用户"), tr("Job", "任务"), `>${tr("Tries", "尝试")}`, tr("Made", "生成时间"), tr("Last answer", "最近响应")]}>
            {rows.map((one) => (
              <tr key={one.id}>
                <td><button type="button" class="link num" onClick={() => setOpen(one.id)}>{one.id}</button></td>
                <td><Badge state={one.state} /></td>
                <td>{one.type}</td>
                <td class="text">{one.target}</td>
                <td>{one.user_id && <UserLink id={one.user_id} />}</td>
                <td>{one.job && <JobLink id={one.job} />}</td>
                <td class="right num">{one.attempts}</td>
                <td><Time at={one.created_at} /></td>
                <td class="text">{one.status ?? ""} {one.error}</td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
      <More pages={pages} />
      {open && <Message id={open} onClose={() => setOpen(undefined)} />}
      {replay && <Replay onClose={() => setReplay(false)} onDone={() => { setReplay(false); void pages.reload(); }} />}
    </Page>
  );
}
