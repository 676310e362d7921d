// Providers: whether they are let work, how they fare, what they cost; and what is earned by them.
import { useState } from "preact/hooks";
import { get, query } from "../lib/api";
import { span } from "../lib/format";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { micros } from "../ui/micros";
import { Amount, Await, Card, Choice, Empty, Page, Table, Time, Tone } from "../ui/parts";

function Breaker({ one }: { one: any }) {
  if (one.refuses_us) return <Tone tone="bad">{tr("refuses our key", "拒绝我们的密钥")}</Tone>;
  if (one.breaker === "open") return <Tone tone="bad">{tr("kept away for {t}", "熔断中（{t}）", { t: span(one.closed_for_ms ?? 0) })}</Tone>;
  if (one.breaker === "probing") return <Tone tone="warn">{tr("tried again", "试探中")}</Tone>;
  return one.in_a_row >= 3 ? <Tone tone="warn">{tr("{n} failures in a row", "连续失败 {n} 次", { n: one.in_a_row })}</Tone> : <Tone tone="good">{tr("works", "正常")}</Tone>;
}

function Health() {
  const list = useLoad(() => get("/api/admin/providers"), [], 3000);
  return (
    <Card title={tr("Health and cost", "健康与成本")}>
      <Await of={list}>
        {(data) => data.providers.length === 0 ? <Empty title={tr("No provider is configured.", "未配置供应商。")}>{tr("See `providers` in tallyman.yaml.", "参见 tallyman.yaml 的 providers。")}</Empty> : (
          <Table label={tr("Health and cost", "健康与成本")} head={[tr("Provider", "供应商"), tr("Now", "状态"), `>${tr("At work", "进行中")}`, `>${tr("Completed", "完成")}`, `>${tr("Failed", "失败")}`, `>${tr("Unknown", "未知")}`, `>${tr("Latency", "延迟")}`, `>${tr("Cost today", "今日成本")}`, tr("Last trouble", "最近异常")]}>
            {data.providers.map((one: any) => (
              <tr key={one.name}>
                <td>{one.name} {!one.configured && <Tone tone="quiet">{tr("no longer configured", "已移除配置")}</Tone>}</td>
                <td><Breaker one={one} /></td>
                <td class="right"><Amount value={one.at_work} /></td>
                <td class="right"><Amount value={one.completed} /></td>
                <td class="right"><Amount value={one.failed} /></td>
                <td class="right"><Amount value={one.unknown} /></td>
                <td class="right num">{one.latency_ms === undefined ? "–" : span(one.latency_ms)}</td>
                <td class="right num">{one.today.length === 0 ? "–" : one.today.map((cost: any) => micros(cost.cost_micros, cost.currency)).join(" + ")}</td>
                <td class="text">{one.last_trouble ? <>{one.last_trouble} <span class="dim">{tr("{t} ago", "{t} 前", { t: span(one.trouble_ago_ms) })}</span></> : <span class="dim">–</span>}</td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
      <p class="dim">{tr("At work and cost are of all processes, the rest of this one.", "进行中与成本为全部进程，其余为本进程。")}</p>
    </Card>
  );
}

function Margin() {
  const [by, setBy] = useState("provider");
  const margin = useLoad(() => get(`/api/admin/margin${query({ by })}`), [by]);
  const names: [string, string][] = [["provider", tr("Provider", "供应商")], ["service", tr("Service", "服务")], ["model", tr("Model", "模型")], ["day", tr("Day", "日期")]];
  return (
    <Card title={tr("Margin", "毛利")} extra={<Choice label={tr("By", "分组")} value={by} options={names} onChange={setBy} />}>
      <Await of={margin}>
        {(data) => (
          <>
            <p class="dim">{tr("Since", "自")} <Time at={data.since} />. {data.credit_value ? tr("A credit is worth {v}.", "每积分价值 {v}。", { v: micros(data.credit_value.micros, data.credit_value.currency) }) : tr("What a credit is worth is not configured, so the margin can't be told.", "未配置积分价值，无法计算毛利。")}</p>
            {data.lines.length === 0 ? <Empty title={tr("No call whose cost is known.", "没有已知成本的调用。")}>{tr("Costs are told by providers, or by `cost` in their settings.", "成本由供应商返回，或在其配置的 cost 中设定。")}</Empty> : (
              <Table label={tr("Margin", "毛利")} head={[names.find(([key]) => key === by)![1], `>${tr("Calls", "调用")}`, `>${tr("Completed", "完成")}`, `>${tr("Credits", "积分")}`, `>${tr("Worth", "价值")}`, `>${tr("Cost", "成本")}`, `>${tr("Margin", "毛利")}`]}>
                {data.lines.map((line: any, at: number) => (
                  <tr key={at}>
                    <td>{line.name}</td>
                    <td class="right"><Amount value={line.calls} /></td>
                    <td class="right"><Amount value={line.completed} /></td>
                    <td class="right"><Amount value={line.credits} /></td>
                    <td class="right num">{micros(line.worth_micros, line.currency)}</td>
                    <td class="right num">{micros(line.cost_micros, line.currency)}</td>
                    <td class={line.margin_micros < 0 ? "right num bad-text" : "right num"}>{micros(line.margin_micros, line.currency)}</td>
                  </tr>
                ))}
              </Table>
            )}
          </>
        )}
      </Await>
    </Card>
  );
}

export function Providers() {
  return (
    <Page title={tr("Providers", "供应商")}>
      <Health />
      <Margin />
    </Page>
  );
}
