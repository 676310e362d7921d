// One order: what was ordered, and everything that its platform and people said of it.
import { useState } from "preact/hooks";
import { useCalls } from "../lib/calls";
import { get, part, post } from "../lib/api";
import { money } from "../lib/format";
import { type Loaded, useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct } from "../session";
import { price, what } from "../ui/orders";
import { Act, Amount, Await, Badge, Card, Choice, Dialog, Empty, Fact, Facts, Field, Page, Table, Time, Tone, UserLink, say } from "../ui/parts";

// The calls that decide about an order are as the server describes them: a path below the order's,
// with the fields of its body.
interface Decision {
  name: string;
  summary: string;
  fields: [string, any][];
  required: string[];
}

function resolve(document: any, schema: any): any {
  return schema?.$ref ? document?.components?.schemas?.[schema.$ref.split("/").at(-1)] : schema;
}

function useDecisions(): Decision[] {
  const calls = useCalls();
  const whole = useLoad(() => get("/openapi.json"), []);
  if (!calls || !whole.data) return [];
  const base = "/api/admin/orders/{order_id}/";
  return Object.entries(calls)
    .filter(([path, ways]) => path.startsWith(base) && path !== `${base}query` && ways.post)
    .map(([path, ways]) => {
      const schema = resolve(whole.data, ways.post.requestBody?.content?.["application/json"]?.schema);
      return { name: path.slice(base.length), summary: ways.post.summary, fields: Object.entries(schema?.properties ?? {}), required: schema?.required ?? [] };
    });
}

function DecisionDialog({ id, decision, onClose, onDone }: { id: string; decision: Decision; onClose: () => void; onDone: () => void }) {
  const [values, setValues] = useState<Record<string, string>>({});
  const ready = decision.required.every((name) => (values[name] ?? "").trim() !== "");
  const decide = async () => {
    const body: Record<string, unknown> = {};
    for (const [name, schema] of decision.fields) {
      const text = (values[name] ?? "").trim();
      if (text === "") continue;
      body[name] = schema.type === "integer" ? BigInt(text) : schema.type === "boolean" ? text === "true" : text;
    }
    await post(`/api/admin/orders/${part(id)}/${decision.name}`, body);
    say(tr("Decided", "已处理"));
    onDone();
  };
  return (
    <Dialog title={decision.summary} confirm={decision.name} danger ready={ready} onClose={onClose} onConfirm={decide}>
      {decision.fields.map(([name, schema]) => schema.enum ? (
        <Choice key={name} label={name} value={values[name] ?? ""} options={[["", "–"], ...schema.enum.map((v: string): [string, string] => [v, v])]} onChange={(v) => setValues({ ...values, [name]: v })} />
      ) : (
        <Field key={name} label={name} value={values[name] ?? ""} required={decision.required.includes(name)} hint={schema.description} onInput={(v) => setValues({ ...values, [name]: v })} />
      ))}
    </Dialog>
  );
}

function Notices({ list }: { list: any[] }) {
  return (
    <Card title={tr("What was said of it", "通知记录")}>
      {list.length === 0 ? <Empty title={tr("Nobody has said anything yet.", "尚无通知。")}>{tr("Ask its platform, if you expect a payment.", "如预期已付款，可主动查询支付平台。")}</Empty> : (
        <Table label={tr("Notices", "通知")} head={[tr("Received", "收到"), tr("From", "来自"), tr("Kind", "类型"), tr("Says", "内容"), tr("Outcome", "结果"), tr("Reasons", "原因"), `>${tr("Amount", "金额")}`]}>
          {list.map((notice) => (
            <tr key={notice.number}>
              <td><Time at={notice.received_at} /></td>
              <td>{notice.provider}</td>
              <td class="text">{notice.kind}</td>
              <td><Badge state={notice.state} /></td>
              <td>{notice.outcome === "review" ? <Tone tone="warn">{tr("review", "待审核")}</Tone> : notice.outcome}</td>
              <td class="text">{notice.reasons.join(", ")}</td>
              <td class="right num">{notice.amount_fen === undefined ? "–" : money(notice.amount_fen)}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

function Actions({ id, load, decide }: { id: string; load: Loaded<any>; decide: (decision: Decision) => void }) {
  const decisions = useDecisions();
  return (
    <>
      {decisions.map((one) => <button key={one.name} type="button" onClick={() => decide(one)}>{one.name}…</button>)}
      <Act label={tr("Ask its platform", "查询支付平台")} done={tr("Asked", "已查询")} run={async () => load.put(await post(`/api/admin/orders/${part(id)}/query`))} />
    </>
  );
}

export function Order({ id }: { id: string }) {
  const order = useLoad(() => get(`/api/admin/orders/${part(id)}`), [id], 5000);
  const [decision, setDecision] = useState<Decision | undefined>(undefined);
  return (
    <Page title={tr("Order", "订单")} extra={order.data && mayAct() && <Actions id={id} load={order} decide={setDecision} />}>
      <p class="num dim text">{id}</p>
      <Await of={order}>
        {(it) => (
          <>
            {it.review.length > 0 && <div class="trouble warn"><strong>{tr("A person has to look at this", "需要人工审核")}</strong><ul>{it.review.map((why: string) => <li key={why}>{why}</li>)}</ul></div>}
            <Card title={what(it)} extra={<Badge state={it.status} />}>
              <Facts>
                <Fact name={tr("User", "用户")}><UserLink id={it.user_id} /></Fact>
                <Fact name={tr("Price", "金额")}><span class="num">{price(it)}</span></Fact>
                <Fact name={tr("Credits", "积分")}><Amount value={it.credits} />{it.bonus > 0 && <> + <Amount value={it.bonus} /> {tr("bonus", "赠送")}</>}</Fact>
                <Fact name={tr("Channel", "渠道")}>{it.channel}{it.provider && ` (${it.provider})`}</Fact>
                <Fact name={tr("Created", "创建")}><Time at={it.created_at} /></Fact>
                <Fact name={tr("Open until", "有效至")}><Time at={it.expires_at} /></Fact>
                <Fact name={tr("Paid", "支付")}><Time at={it.paid_at} /></Fact>
                <Fact name={tr("Platform's number", "平台交易号")}><span class="num text">{it.trade ?? "–"}</span></Fact>
                <Fact name={tr("Asked", "查询次数")}>{it.asked}</Fact>
                {it.member_until && <Fact name={tr("Member until", "会员至")}><Time at={it.member_until} /></Fact>}
                {it.revoked > 0 && <Fact name={tr("Taken back", "已收回")}><Amount value={it.revoked} /></Fact>}
                {it.owed > 0 && <Fact name={tr("Owed", "欠款")}><Amount value={it.owed} /></Fact>}
                {it.lost > 0 && <Fact name={tr("Lost", "损失")}><Amount value={it.lost} /></Fact>}
                {it.flags.length > 0 && <Fact name={tr("Flags", "标记")}>{it.flags.map((flag: string) => <Tone key={flag} tone="quiet">{flag}</Tone>)}</Fact>}
              </Facts>
              {it.returns.length > 0 && (
                <Table label={tr("Returns", "退款")} head={[tr("Time", "时间"), tr("Return", "退款号"), tr("Kind", "类型"), `>${tr("Amount", "金额")}`]}>
                  {it.returns.map((one: any) => (
                    <tr key={one.id}><td><Time at={one.at} /></td><td class="text">{one.id}</td><td>{one.chargeback ? tr("chargeback", "拒付") : tr("refund", "退款")}</td><td class="right num">{money(one.amount, it.currency)}</td></tr>
                  ))}
                </Table>
              )}
            </Card>
            <Notices list={it.notices} />
            {decision && <DecisionDialog id={id} decision={decision} onClose={() => setDecision(undefined)} onDone={() => { setDecision(undefined); void order.reload(); }} />}
          </>
        )}
      </Await>
    </Page>
  );
}
