// Orders of everybody, and those that a person has to look at.
import { useEffect, useState } from "preact/hooks";
import { get, query } from "../lib/api";
import { useCell } from "../lib/cell";
import { usePages } from "../lib/load";
import { tr } from "../lib/look";
import { place, setQuery } from "../lib/route";
import { mayAct } from "../session";
import { price, what } from "../ui/orders";
import { Notices, ReviewDialog } from "../ui/review";
import { Amount, Await, Badge, Card, Choice, Empty, Field, More, Page, Table, Time, Tone, UserLink, stateWords } from "../ui/parts";

// Of one user there is no need to say whose they are.
export function OrderRows({ orders, whose = true }: { orders: any[]; whose?: boolean }) {
  return (
    <Table label={tr("Orders", "订单")} head={[tr("Order", "订单"), tr("Status", "状态"), ...(whose ? [tr("User", "用户")] : []), tr("What", "内容"), `>${tr("Price", "金额")}`, `>${tr("Credits", "积分")}`, tr("Channel", "渠道"), tr("Created", "创建时间"), tr("Paid", "支付时间")]}>
      {orders.map((order) => (
        <tr key={order.order_id}>
          <td><a class="num short" title={order.order_id} href={`/orders/${encodeURIComponent(order.order_id)}`}>{order.order_id.slice(-8)}</a></td>
          <td><Badge state={order.status} />{order.review?.length > 0 && <Tone tone="warn">{tr("review", "待审核")}</Tone>}</td>
          {whose && <td><UserLink id={order.user_id} /></td>}
          <td>{what(order)}</td>
          <td class="right num">{price(order)}</td>
          <td class="right"><Amount value={BigInt(order.credits) + BigInt(order.bonus)} /></td>
          <td>{order.channel}</td>
          <td><Time at={order.created_at} /></td>
          <td><Time at={order.paid_at} /></td>
        </tr>
      ))}
    </Table>
  );
}

// What waits for a person, of all platforms, whether there is an order for it or not.
function Reviews() {
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/admin/reviews${query({ cursor, limit: 50 })}`);
    return { rows: page.notices as any[], next: page.next_cursor };
  }, []);
  const [deciding, setDeciding] = useState<any>(undefined);
  return (
    <>
      <Await of={pages}>
        {(rows) => (rows.length === 0 ? <p class="calm">{tr("No notice waits for a person.", "没有待人工审核的通知。")}</p> : <Card title={tr("These wait for you", "待审核的通知")}><Notices list={rows} decide={mayAct() ? setDeciding : undefined} /></Card>)}
      </Await>
      <More pages={pages} />
      {deciding && <ReviewDialog notice={deciding} onClose={() => setDeciding(undefined)} onDone={() => { setDeciding(undefined); void pages.reload(); }} />}
    </>
  );
}

export function Orders() {
  const { query: filter } = useCell(place);
  const [user, setUser] = useState(filter.get("user_id") ?? "");
  const key = filter.toString();
  useEffect(() => setUser(filter.get("user_id") ?? ""), [key]);
  const review = filter.get("review") === "true";
  const pages = usePages(async (cursor) => {
    const page = await get(`/api/admin/orders${query({ status: filter.get("status"), user_id: filter.get("user_id"), review: filter.get("review"), cursor, limit: 50 })}`);
    return { rows: page.orders as any[], next: page.next_cursor };
  }, [key]);
  const options = ["", "pending", "paid", "refunded", "closed"].map((s): [string, string] => [s, s === "" ? tr("any", "全部") : stateWords(s)]);
  return (
    <Page title={tr("Orders and notices", "订单与通知")}>
      <Reviews />
      <form class="filters" onSubmit={(event) => { event.preventDefault(); setQuery("user_id", user.trim()); }}>
        <Choice label={tr("Status", "状态")} value={filter.get("status") ?? ""} options={options} onChange={(v) => setQuery("status", v)} />
        <Field label={tr("User", "用户")} value={user} onInput={setUser} type="search" />
        <button type="submit">{tr("Filter", "筛选")}</button>
        <label class="check"><input type="checkbox" checked={review} onChange={(e) => setQuery("review", e.currentTarget.checked ? "true" : "")} />{tr("only what waits for a person", "仅待人工审核")}</label>
      </form>
      <Await of={pages}>
        {(rows) => rows.length === 0 ? (
          <Empty title={review ? tr("Nothing waits for you.", "没有待审核的订单。") : tr("No order is like that.", "没有符合条件的订单。")}>
            {!review && tr("Users order packages on /me, or by POST /api/v1/credit/recharge.", "用户可在 /me 页面或通过 POST /api/v1/credit/recharge 下单。")}
          </Empty>
        ) : <OrderRows orders={rows} />}
      </Await>
      <More pages={pages} />
    </Page>
  );
}
