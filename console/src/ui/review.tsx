// What platforms said and a person has to decide about: why it is doubtful, and the decision.
import { useState } from "preact/hooks";
import { part, post } from "../lib/api";
import { money } from "../lib/format";
import { tr } from "../lib/look";
import { Badge, Choice, Dialog, Field, Table, Time, Tone, say } from "./parts";

export function Notices({ list, decide }: { list: any[]; decide?: (notice: any) => void }) {
  return (
    <Table label={tr("Notices", "通知")} head={[tr("Received", "收到"), tr("From", "来自"), tr("Says", "内容"), tr("Outcome", "结果"), tr("Why", "原因"), tr("Order", "订单"), `>${tr("Amount", "金额")}`, ...(decide ? [tr("Do", "操作")] : [])]}>
      {list.map((notice) => (
        <tr key={notice.number}>
          <td><Time at={notice.received_at} /></td>
          <td>{notice.provider} <small class="dim text">{notice.kind}</small></td>
          <td><Badge state={notice.state} /></td>
          <td>{notice.outcome === "review" ? <Tone tone="warn">{tr("waits for you", "待审核")}</Tone> : notice.outcome}</td>
          <td class="text">{notice.reasons.join(", ")}</td>
          <td>{notice.order_id && <a class="num" title={notice.order_id} href={`/orders/${part(notice.order_id)}`}>{notice.order_id.slice(-8)}</a>}</td>
          <td class="right num">{notice.amount_fen === undefined ? "–" : money(notice.amount_fen)}</td>
          {decide && <td>{notice.outcome === "review" && <button type="button" class="small" onClick={() => decide(notice)}>{tr("Decide…", "处理…")}</button>}</td>}
        </tr>
      ))}
    </Table>
  );
}

export function ReviewDialog({ notice, onClose, onDone }: { notice: any; onClose: () => void; onDone: () => void }) {
  const [decision, setDecision] = useState("dismiss");
  const [reason, setReason] = useState("");
  const [order, setOrder] = useState(notice.order_id ?? "");
  const accepts = decision === "accept";
  const decide = async () => {
    await post(`/api/admin/reviews/${part(String(notice.number))}`, { decision, reason: reason.trim(), ...(accepts && order.trim() && order.trim() !== notice.order_id && { order_id: order.trim() }) });
    say(accepts ? tr("Accepted", "已接受") : tr("Dismissed", "已驳回"));
    onDone();
  };
  return (
    <Dialog title={tr("Notice {n} of {p}", "{p} 的通知 {n}", { n: notice.number, p: notice.provider })} confirm={accepts ? tr("Accept it", "接受") : tr("Dismiss it", "驳回")} danger ready={reason.trim() !== ""} onClose={onClose} onConfirm={decide}>
      <p>
        <Badge state={notice.state} /> {notice.amount_fen !== undefined && <b class="num">{money(notice.amount_fen)}</b>} <span class="text dim">{notice.reasons.join(", ")}</span>
      </p>
      <Choice label={tr("Decision", "决定")} value={decision} onChange={setDecision} options={[
        ["dismiss", tr("dismiss: it counts for nothing", "驳回：不产生任何效果")],
        ["accept", tr("accept: it counts, whatever was doubtful", "接受：忽略疑点并生效")],
      ]} />
      {accepts && <Field label={tr("Order", "订单")} value={order} onInput={setOrder} hint={tr("Which it is for.", "对应的订单。")} />}
      <Field label={tr("Reason", "原因")} value={reason} onInput={setReason} required autoFocus hint={tr("Kept with your key's name.", "将与您的密钥名称一同保存。")} />
    </Dialog>
  );
}
