// Providers: how they fare here; and, where the server can tell, limits, cost and margin.
import { useCalls } from "../lib/calls";
import { get } from "../lib/api";
import { span } from "../lib/format";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { Amount, Await, Card, Empty, Page, Table, Tone } from "../ui/parts";

function Health() {
  const overview = useLoad(() => get("/api/admin/overview"), [], 3000);
  return (
    <Card title={tr("Health, as this process saw it", "健康状况（本进程）")}>
      <Await of={overview}>
        {(data) => data.providers.length === 0 ? <Empty title={tr("No provider is configured.", "未配置供应商。")}>{tr("See `providers` in tallyman.yaml.", "参见 tallyman.yaml 的 providers。")}</Empty> : (
          <Table label={tr("Health", "健康状况")} head={[tr("Provider", "供应商"), tr("Now", "状态"), `>${tr("Completed", "完成")}`, `>${tr("Failed", "失败")}`, `>${tr("Unknown", "未知")}`, tr("Last trouble", "最近异常")]}>
            {data.providers.map((one: any) => (
              <tr key={one.name}>
                <td>{one.name}</td>
                <td>{one.in_a_row >= 3 ? <Tone tone="bad">{tr("fails: {n} in a row", "连续失败 {n} 次", { n: one.in_a_row })}</Tone> : <Tone tone="good">{tr("works", "正常")}</Tone>}</td>
                <td class="right"><Amount value={one.completed} /></td>
                <td class="right"><Amount value={one.failed} /></td>
                <td class="right"><Amount value={one.unknown} /></td>
                <td class="text">{one.last_trouble ? <>{one.last_trouble} <span class="dim">{tr("{t} ago", "{t} 前", { t: span(one.trouble_ago_ms) })}</span></> : <span class="dim">–</span>}</td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
    </Card>
  );
}

const flat = (value: any): string => (value !== null && typeof value === "object" ? Object.entries(value).map(([k, v]) => `${k} ${flat(v)}`).join(", ") : String(value));

// Whatever rows a call brings, by their own names: what is added there is seen here.
export function Rows({ title, path, list }: { title: string; path: string; list: string }) {
  const rows = useLoad(() => get(path), [path], 5000);
  return (
    <Card title={title}>
      <Await of={rows}>
        {(data) => {
          const all: any[] = data[list] ?? Object.values(data).find(Array.isArray) ?? [];
          const names = [...new Set(all.flatMap((row) => Object.keys(row)))];
          if (all.length === 0) return <Empty title={tr("Nothing yet.", "暂无数据。")} />;
          const numeric = (name: string) => all.every((row) => row[name] === undefined || ["number", "bigint"].includes(typeof row[name]));
          return (
            <Table label={title} head={names.map((name) => `${numeric(name) ? ">" : ""}${name.replaceAll("_", " ")}`)}>
              {all.map((row, at) => (
                <tr key={at}>{names.map((name) => <td key={name} class={numeric(name) ? "right" : "text"}>{row[name] === undefined ? "" : numeric(name) ? <Amount value={row[name]} /> : flat(row[name])}</td>)}</tr>
              ))}
            </Table>
          );
        }}
      </Await>
    </Card>
  );
}

export function Providers() {
  const calls = useCalls() ?? {};
  return (
    <Page title={tr("Providers", "供应商")}>
      <Health />
      {"/api/admin/providers" in calls && <Rows title={tr("Limits, breaker, latency, cost", "限额、熔断、延迟与成本")} path="/api/admin/providers" list="providers" />}
      {"/api/admin/margin" in calls && <Rows title={tr("Margin by service", "各服务毛利")} path="/api/admin/margin" list="margin" />}
    </Page>
  );
}
