// The price book as a table.
import { tr } from "../lib/look";
import { Amount, Table, Time } from "./parts";
import { priceWords } from "./words";

export function Book({ book }: { book: any }) {
  const rows = Object.entries(book.services).flatMap(([service, periods]) => (periods as any[]).map((period) => ({ service, ...period })));
  return (
    <Table label={tr("Price book", "价目表")} head={[tr("Service", "服务"), tr("Mode", "模式"), `>${tr("Credits", "积分")}`, `>${tr("A second", "每秒")}`, tr("In words", "说明"), tr("From", "生效"), tr("Tiers", "等级")]}>
      {rows.map((row: any, at) => (
        <tr key={at}>
          <td>{row.service}</td>
          <td>{{ fixed: tr("fixed", "固定"), duration: tr("by duration", "按时长"), free: tr("free", "免费") }[row.mode as string] ?? row.mode}</td>
          <td class="right"><Amount value={row.credits} /></td>
          <td class="right num">{row.per_second ?? "–"}</td>
          <td class="text">{priceWords(row.words)}</td>
          <td>{row.from > 0 ? <Time at={row.from} /> : <span class="dim">{tr("always", "始终")}</span>}</td>
          <td class="text">{row.tiers ? Object.entries(row.tiers).map(([tier, factor]) => `${tier} ×${factor}`).join(", ") : ""}</td>
        </tr>
      ))}
    </Table>
  );
}
