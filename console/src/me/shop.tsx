// Recharging and membership: choose, pay, and see it arrive.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, part, post, reference } from "../lib/api";
import { credits, money, time } from "../lib/format";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { qr } from "../lib/qr";
import { what } from "../ui/orders";
import { Act, Amount, Await, Badge, Card, Choice, Empty, Page, Table, Time } from "../ui/parts";

const channelWords = (channel: string): string =>
  ({ wechat: tr("WeChat Pay", "微信支付"), alipay: tr("Alipay", "支付宝"), stripe: tr("Card", "银行卡"), simulate: tr("Trial payment", "模拟支付"), credits: tr("My credits", "积分支付") })[channel] ?? channel;

function Code({ text }: { text: string }) {
  const rows = qr(text);
  if (!rows) return <p class="text"><code>{text}</code></p>;
  const path = rows.map((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : "")).join("")).join("");
  const size = rows.length + 8;
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={tr("QR code for the payment", "支付二维码")} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

function Pay({ order }: { order: any }) {
  const { pay } = order;
  if (!pay) return <p class="dim">{tr("Its platform has not answered yet.", "支付平台尚未响应。")}</p>;
  if (pay.type === "qr_code") return <><Code text={pay.code_url} /><p>{tr("Scan it with {c}.", "请用{c}扫码支付。", { c: channelWords(order.channel) })}</p></>;
  if (pay.type === "redirect") return <a class="button primary" href={pay.url} target="_blank" rel="noopener noreferrer">{tr("Go on to pay", "前往支付")}</a>;
  if (pay.type === "simulate") return <Act tone="primary" label={tr("Pay (trial)", "支付（模拟）")} done={tr("Sent", "已提交")} run={() => post(new URL(pay.url, location.href).pathname)} />;
  return <p>{tr("Pay in the app that you came from.", "请在来源应用中完成支付。")}</p>;
}

// Asked about until it is decided, quickly at first.
function Paying({ first, onOver }: { first: any; onOver: () => void }) {
  const [order, setOrder] = useState(first);
  const told = useRef(false);
  useEffect(() => {
    let wait = 1000;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const next = await get(`/api/v1/credit/recharge/orders/${part(first.order_id)}`);
        setOrder(next);
        if (next.status !== "pending") {
          if (!told.current) onOver();
          told.current = true;
          return;
        }
      } catch {
        wait = 5000;
      }
      wait = Math.min(wait * 1.2, 5000);
      timer = setTimeout(ask, wait);
    };
    timer = setTimeout(ask, 500);
    return () => clearTimeout(timer);
  }, [first.order_id]);
  const paid = order.status === "paid";
  return (
    <Card title={paid ? tr("Paid", "支付成功") : tr("Waiting for the payment", "等待支付")} extra={<Badge state={order.status} />}>
      <div class="paying" role="status" data-testid="paying">
        {paid ? (
          <p class="big">{order.kind === "membership" && order.member_until ? tr("Member until {t}", "会员有效期至 {t}", { t: time(order.member_until) }) : `+${credits(BigInt(order.credits) + BigInt(order.bonus))}`}</p>
        ) : order.status === "pending" ? <Pay order={order} /> : <p>{tr("This order is over. Choose again.", "订单已关闭，请重新选择。")}</p>}
        <p class="dim">{what(order)} · {order.price_credits ? `${credits(order.price_credits)} ${tr("credits", "积分")}` : money(order.amount_fen, order.currency)} · <span class="num">{order.order_id.slice(-8)}</span></p>
      </div>
    </Card>
  );
}

function Choose({ items, chosen, onChoose, children }: { items: { key: string; title: string; price: string; note?: string }[]; chosen: string; onChoose: (key: string) => void; children?: any }) {
  return (
    <>
      <div class="choices" role="radiogroup" aria-label={tr("What to buy", "选择")}>
        {items.map((item) => (
          <label key={item.key} class={item.key === chosen ? "choice on" : "choice"}>
            <input type="radio" name="what" checked={item.key === chosen} onChange={() => onChoose(item.key)} />
            <b>{item.title}</b>
            <span class="num">{item.price}</span>
            <small class="dim">{item.note ?? "\u00a0"}</small>
          </label>
        ))}
      </div>
      {children}
    </>
  );
}

function useBuying(path: string, reload: () => void) {
  const [order, setOrder] = useState<any>(undefined);
  const buy = async (body: any) => {
    setOrder(await post(path, { ...body, idempotency_key: reference() }));
    reload();
  };
  return { order, buy };
}

function Orders({ load }: { load: ReturnType<typeof useLoad<any>> }) {
  return (
    <Card title={tr("Your orders", "我的订单")}>
      <Await of={load}>
        {(page) => page.orders.length === 0 ? <Empty title={tr("You have bought nothing yet.", "暂无订单。")} /> : (
          <Table label={tr("Your orders", "我的订单")} head={[tr("Time", "时间"), tr("What", "内容"), tr("Status", "状态"), `>${tr("Price", "金额")}`, `>${tr("Credits", "积分")}`]}>
            {page.orders.map((one: any) => (
              <tr key={one.order_id}>
                <td><Time at={one.created_at} /></td>
                <td>{what(one)}</td>
                <td><Badge state={one.status} /></td>
                <td class="right num">{one.price_credits ? credits(one.price_credits) : money(one.amount_fen, one.currency)}</td>
                <td class="right"><Amount value={BigInt(one.credits) + BigInt(one.bonus)} /></td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
    </Card>
  );
}

export function Recharge() {
  const sold = useLoad(() => get("/api/v1/credit/packages"), []);
  const orders = useLoad(() => get("/api/v1/credit/recharge/orders?limit=20"), []);
  const [chosen, setChosen] = useState("");
  const [channel, setChannel] = useState("");
  const { order, buy } = useBuying("/api/v1/credit/recharge", () => void orders.reload());
  return (
    <Page title={tr("Recharge", "充值")}>
      <Await of={sold}>
        {({ packages, channels }) => {
          if (packages.length === 0 || channels.length === 0) return <Empty title={tr("Nothing is sold at the moment.", "暂无可购买的套餐。")} />;
          const by = channel || channels[0];
          const which = chosen || packages[0].package;
          const items = packages.map((one: any) => ({
            key: one.package,
            title: tr("{c} credits", "{c} 积分", { c: credits(BigInt(one.credits) + BigInt(one.bonus)) }),
            price: money(one.amount_fen),
            note: one.bonus > 0 ? tr("{b} of them a bonus", "含赠送 {b}", { b: credits(one.bonus) }) : undefined,
          }));
          return (
            <Card>
              <Choose items={items} chosen={which} onChoose={setChosen}>
                <div class="filters">
                  <Choice label={tr("Pay by", "支付方式")} value={by} options={channels.map((c: string) => [c, channelWords(c)])} onChange={setChannel} />
                  <Act tone="primary" label={tr("Order", "下单")} done={tr("Ordered", "已下单")} run={() => buy({ package: which, channel: by })} />
                </div>
              </Choose>
            </Card>
          );
        }}
      </Await>
      {order && <Paying key={order.order_id} first={order} onOver={() => void orders.reload()} />}
      <Orders load={orders} />
    </Page>
  );
}

export function Membership() {
  const sold = useLoad(() => get("/api/v1/credit/membership/prices"), []);
  const orders = useLoad(() => get("/api/v1/credit/membership/orders?limit=20"), []);
  const [chosen, setChosen] = useState("");
  const [channel, setChannel] = useState("");
  const refresh = () => void Promise.all([sold.reload(), orders.reload()]);
  const { order, buy } = useBuying("/api/v1/credit/membership", refresh);
  const terms: Record<string, string> = { month: tr("A month", "月度"), quarter: tr("A quarter", "季度"), year: tr("A year", "年度") };
  return (
    <Page title={tr("Membership", "会员")}>
      <Await of={sold}>
        {({ prices, channels, member_until }) => {
          if (prices.length === 0 || channels.length === 0) return <Empty title={tr("No membership is sold at the moment.", "暂无可购买的会员。")} />;
          const by = channel || channels[0];
          const which = chosen || prices[0].term;
          return (
            <Card>
              <p>{member_until > Date.now() ? tr("You are a member until {t}; what you buy is added to it.", "您的会员有效期至 {t}，续费将顺延。", { t: time(member_until) }) : tr("You are no member at the moment.", "您目前不是会员。")}</p>
              <Choose chosen={which} onChoose={setChosen} items={prices.map((one: any) => ({ key: one.term, title: terms[one.term] ?? one.term, price: one.amount_fen !== undefined ? money(one.amount_fen) : `${credits(one.credits)}` }))}>
                <div class="filters">
                  <Choice label={tr("Pay by", "支付方式")} value={by} options={channels.map((c: string) => [c, channelWords(c)])} onChange={setChannel} />
                  <Act tone="primary" label={tr("Order", "下单")} done={tr("Ordered", "已下单")} run={() => buy({ term: which, channel: by })} />
                </div>
              </Choose>
            </Card>
          );
        }}
      </Await>
      {order && <Paying key={order.order_id} first={order} onOver={refresh} />}
      <Orders load={orders} />
    </Page>
  );
}
