// What an order is for, and what it costs, in words.
import { money } from "../lib/format";
import { tr } from "../lib/look";

export function what(order: any): string {
  if (order.kind === "membership") return `${tr("membership", "会员")} ${order.term ?? ""}`;
  return order.package ? tr("package {p}", "套餐 {p}", { p: order.package }) : tr("credits", "积分");
}

export function price(order: any): string {
  return order.price_credits ? `${order.price_credits} ${tr("credits", "积分")}` : money(order.amount_fen, order.currency);
}
