// Who works, the duties that run by themselves, and the parts that everything needs.
import { get, post } from "../lib/api";
import { span } from "../lib/format";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct } from "../session";
import { Act, Amount, Await, Card, Empty, Page, Table, Time, Tone } from "../ui/parts";

function Part({ name, part }: { name: string; part?: any }) {
  if (!part) return null;
  return (
    <p>
      <Tone tone={part.ok ? "good" : "bad"}>{part.ok ? tr("well", "正常") : tr("away", "不可用")}</Tone> {name} <span class="text dim">{part.trouble}</span>
    </p>
  );
}

export function Workers() {
  const overview = useLoad(() => get("/api/admin/overview"), [], 3000);
  const expire = async () => {
    await post("/api/admin/expire");
    await overview.reload();
  };
  return (
    <Page title={tr("Workers and duties", "工作进程与定时任务")} extra={mayAct() && <Act label={tr("Expire credits now", "立即执行过期")} done={tr("Expired what was due", "到期积分已处理")} run={expire} />}>
      <Await of={overview}>
        {(data) => (
          <>
            <Card title={tr("Parts", "组件")}>
              <Part name={tr("Store", "存储")} part={data.store} />
              <Part name="Redis" part={data.redis} />
              {!data.redis && <p class="dim">{tr("No Redis is configured; workers look for themselves.", "未配置 Redis；工作进程自行轮询。")}</p>}
            </Card>
            <Card title={tr("Workers", "工作进程")}>
              {data.workers.length === 0 ? <Empty title={tr("Nobody works.", "没有工作进程。")}>{tr("Start one: `tallyman worker`.", "启动：`tallyman worker`。")}</Empty> : (
                <Table label={tr("Workers", "工作进程")} head={[tr("Name", "名称"), tr("Is", "状态"), `>${tr("Jobs", "任务")}`, tr("Seen", "最近心跳")]}>
                  {data.workers.map((one: any) => (
                    <tr key={one.name}>
                      <td class="text">{one.name}</td>
                      <td>{one.alive ? <Tone tone="good">{tr("alive", "在线")}</Tone> : <Tone tone="bad">{tr("lost", "丢失")}</Tone>}</td>
                      <td class="right"><Amount value={one.jobs} /></td>
                      <td><Time at={one.seen_at} relative /></td>
                    </tr>
                  ))}
                </Table>
              )}
            </Card>
            <Card title={tr("Duties", "定时任务")}>
              <Table label={tr("Duties", "定时任务")} head={[tr("Duty", "名称"), tr("Last run", "上次运行"), tr("Result", "结果"), `>${tr("Took", "耗时")}`, `>${tr("Runs", "次数")}`, tr("Held by", "执行者")]}>
                {data.duties.map((duty: any) => (
                  <tr key={duty.name}>
                    <td>{duty.name} {duty.failed && <Tone tone="bad">{tr("failed", "失败")}</Tone>}</td>
                    <td><Time at={duty.finished_at} relative /></td>
                    <td class="text">{duty.result}</td>
                    <td class="right num">{span(duty.cost_ms)}</td>
                    <td class="right"><Amount value={duty.runs} /></td>
                    <td class="text dim">{duty.holder || "–"}</td>
                  </tr>
                ))}
              </Table>
            </Card>
          </>
        )}
      </Await>
    </Page>
  );
}
