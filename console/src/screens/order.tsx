// One order: what was ordered, and everything that its platform and people said of it.
import { useState } from "preact/hooks";
import { get, part, post } from "../lib/api";
import { money } from "../lib/format";
import { type Loaded, useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct } from "../session";
import { price, what } from "../ui/orders";
import { Notices, ReviewDialog } from "../ui/review";
import { Act, Amount, Await, Badge, Card, Empty, Fact, Facts, Page, Table, Time, Tone, UserLink } from "../ui/parts";

function Actions({ id, load }: { id: string; load: Loaded<any> }) {
  return <Act label={tr("Ask its platform", "查询支付平台")} done={tr("Asked", "已查询")} run={async () => load.put(await post(`/api/admin/orders/${part(id)}/query`))} />;
}

export function Order({ id }: { id: string }) {
  const order = useLoad(() => get(`/api/admin/orders/${part(id)}`), [id], 5000);
  const [deciding, setDeciding] = useState<any>(undefined);
  return (
    <Page title={tr("Order", "订单")} extra={order.data && mayAct() && <Actions id={id} load={order} />}>
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
            <Card title={tr("What was said of it", "通知记录")}>
              {it.notices.length === 0 ? <Empty title={tr("Nobody has said anything yet.", "尚无通知。")}>{tr("Ask its platform, if you expect a payment.", "如预期已付款，可主动查询支付平台。")}</Empty> : <Notices list={it.notices} decide={mayAct() ? setDeciding : undefined} />}
            </Card>
            {deciding && <ReviewDialog notice={deciding} onClose={() => setDeciding(undefined)} onDone={() => { setDeciding(undefined); void order.reload(); }} />}
          </>
        )}
      </Await>
    </Page>
  );
}
