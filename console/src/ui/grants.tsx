// What an account has, and when it dies: one bar, ordered as it will be drawn, and its parts in a
// table. Shared by the operator's and the user's pages.
import { ago, credits, day } from "../lib/format";
import { tr } from "../lib/look";
import { Amount, Empty, Table, Time } from "./parts";

export const kindWords = (kind: string): string =>
  ({
    recharge: tr("recharge", "充值"),
    bonus: tr("bonus", "赠送"),
    signup: tr("sign-up gift", "注册赠送"),
    consume: tr("spent", "消费"),
    settle: tr("settled", "结算"),
    refund: tr("refund", "退款"),
    expire: tr("expired", "过期"),
    sync: tr("sister product", "关联产品"),
    adjust: tr("adjustment", "调整"),
  })[kind] ?? kind;

function urgency(at: number | undefined): string {
  if (at === undefined) return "never";
  const days = (at - Date.now()) / 86400e3;
  return days < 7 ? "soon" : days < 30 ? "month" : "later";
}

export function Expiry({ grants }: { grants: any[] }) {
  const open = grants.filter((grant) => grant.remaining > 0).sort((a, b) => (a.expires_at ?? Infinity) - (b.expires_at ?? Infinity));
  const total = open.reduce((sum, grant) => sum + Number(grant.remaining), 0);
  if (total === 0) return <Empty title={tr("Nothing is left to spend.", "没有可用积分。")} />;
  const words = {
    soon: tr("within 7 days", "7 天内到期"),
    month: tr("within 30 days", "30 天内到期"),
    later: tr("later", "更晚到期"),
    never: tr("never", "永不过期"),
  };
  const sums = Object.entries(words).map(([key, name]) => ({
    key,
    name,
    sum: open.filter((grant) => urgency(grant.expires_at) === key).reduce((sum, grant) => sum + BigInt(grant.remaining), 0n),
  }));
  return (
    <>
      <div class="expiry" role="img" aria-label={sums.filter((one) => one.sum > 0n).map((one) => `${one.name}: ${credits(one.sum)}`).join("; ")}>
        {open.map((grant) => (
          <i key={grant.id} class={urgency(grant.expires_at)} style={{ flexGrow: Math.max(Number(grant.remaining), total / 200) }}
            title={`${kindWords(grant.kind)} ${credits(grant.remaining)}${grant.expires_at ? ` · ${day(grant.expires_at)}` : ""}`} />
        ))}
      </div>
      <div class="legend">
        {sums.filter((one) => one.sum > 0n).map((one) => (
          <span key={one.key} class={`key exp-${one.key}`}>{one.name} <b class="num">{credits(one.sum)}</b></span>
        ))}
      </div>
      <Table label={tr("Grants", "积分批次")} head={[tr("Grant", "批次"), tr("Kind", "类型"), `>${tr("Left", "剩余")}`, `>${tr("Of", "原额")}`, tr("Expires", "到期"), tr("For", "限用")]}>
        {open.map((grant) => (
          <tr key={grant.id}>
            <td class="num">{grant.id}</td>
            <td>{kindWords(grant.kind)}{grant.effective_at > Date.now() && <span class="dim"> {tr("from", "生效于")} <Time at={grant.effective_at} /></span>}</td>
            <td class="right"><Amount value={grant.remaining} /></td>
            <td class="right dim"><Amount value={grant.amount} /></td>
            <td>{grant.expires_at ? <><Time at={grant.expires_at} /> <small class="dim">{ago(grant.expires_at)}</small></> : <span class="dim">{tr("never", "永不")}</span>}</td>
            <td>{grant.service ?? <span class="dim">{tr("anything", "不限")}</span>}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

export function Ledger({ entries, links }: { entries: any[]; links: boolean }) {
  return (
    <Table label={tr("Ledger", "账本")} head={[tr("Time", "时间"), tr("Kind", "类型"), tr("Description", "说明"), ...(links ? [tr("Job", "任务")] : []), `>${tr("Credits", "积分")}`, `>${tr("Balance after", "余额")}`]}>
      {entries.map((entry) => (
        <tr key={entry.id}>
          <td><Time at={entry.effectiveAt ?? entry.createdAt} /></td>
          <td>{kindWords(entry.kind)}</td>
          <td class="text">{entry.description}{links && entry.reference && <small class="dim"> {entry.reference}</small>}</td>
          {links && <td>{entry.job && <a class="num" href={`/jobs/${entry.job}`}>{entry.job}</a>}</td>}
          <td class="right"><Amount value={entry.amount} plus /></td>
          <td class="right"><Amount value={entry.balanceAfter} /></td>
        </tr>
      ))}
    </Table>
  );
}
