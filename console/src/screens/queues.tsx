// Queues: what waits, and how to stop and go on. In force for all workers at once.
import { useState } from "preact/hooks";
import { get, part, post } from "../lib/api";
import { credits, span } from "../lib/format";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct } from "../session";
import { Act, Amount, Await, Badge, Dialog, Page, Table, say } from "../ui/parts";

type Mode = "pause" | "drain";

// As configured under `services`; what has no limit is not said.
function Limits({ of }: { of: any }) {
  if (!of) return <span class="dim">–</span>;
  const words = [
    of.concurrency > 0 && tr("{n} at once in a process", "每进程同时 {n} 个", { n: of.concurrency }),
    tr("{t} an attempt", "每次尝试 {t}", { t: span(of.timeout_ms) }),
    tr("{n} tries", "最多 {n} 次", { n: of.max_attempts }),
    tr("{t} to a verdict", "{t} 内须有结果", { t: span(of.deadline_ms) }),
    of.daily_cap > 0 && tr("{n} credits a day and account", "每账户每日 {n} 积分", { n: credits(of.daily_cap) }),
    of.monthly_cap > 0 && tr("{n} credits a month and account", "每账户每月 {n} 积分", { n: credits(of.monthly_cap) }),
  ];
  return <small class="dim">{words.filter(Boolean).join(" · ")}</small>;
}

export function Queues() {
  const overview = useLoad(() => get("/api/admin/overview"), [], 2000);
  const [asked, setAsked] = useState<{ queue: any; mode: Mode } | undefined>(undefined);
  const set = async (service: string, mode: Mode | "resume") => {
    await post(`/api/admin/queues/${part(service)}/${mode}`);
    await overview.reload();
  };
  return (
    <Page title={tr("Queues", "队列")}>
      <Await of={overview}>
        {(data) => (
          <Table label={tr("Queues", "队列")} head={[tr("Service", "服务"), tr("Mode", "模式"), `>${tr("Ready", "待领取")}`, `>${tr("Processing", "处理中")}`, tr("Oldest waits", "最久等待"), tr("Limits", "限制"), ...(mayAct() ? [tr("Do", "操作")] : [])]}>
            {data.queues.map((queue: any) => (
              <tr key={queue.service} data-testid={`queue-${queue.service}`}>
                <td><a href={`/jobs?service=${encodeURIComponent(queue.service)}`}>{queue.service}</a></td>
                <td><Badge state={queue.mode} /></td>
                <td class="right"><Amount value={queue.ready} /></td>
                <td class="right"><Amount value={queue.processing} /></td>
                <td>{queue.oldest_ready_at ? span(data.at - queue.oldest_ready_at) : <span class="dim">–</span>}</td>
                <td><Limits of={queue.limits} /></td>
                {mayAct() && (
                  <td>
                    <div class="row">
                      {queue.mode !== "running" && <Act tone="small" label={tr("Resume", "恢复")} done={tr("{s} runs", "{s} 已恢复", { s: queue.service })} run={() => set(queue.service, "resume")} />}
                      {queue.mode !== "paused" && <button type="button" class="small" onClick={() => setAsked({ queue, mode: "pause" })}>{tr("Pause…", "暂停…")}</button>}
                      {queue.mode !== "draining" && <button type="button" class="small" onClick={() => setAsked({ queue, mode: "drain" })}>{tr("Drain…", "排空…")}</button>}
                    </div>
                  </td>
                )}
              </tr>
            ))}
          </Table>
        )}
      </Await>
      {asked && (
        <Dialog title={asked.mode === "pause" ? tr("Pause {s}?", "暂停 {s}？", { s: asked.queue.service }) : tr("Drain {s}?", "排空 {s}？", { s: asked.queue.service })}
          confirm={asked.mode === "pause" ? tr("Pause it", "暂停") : tr("Drain it", "排空")} danger onClose={() => setAsked(undefined)}
          onConfirm={async () => {
            await set(asked.queue.service, asked.mode);
            say(asked.mode === "pause" ? tr("{s} is paused", "{s} 已暂停", { s: asked.queue.service }) : tr("{s} drains", "{s} 正在排空", { s: asked.queue.service }));
            setAsked(undefined);
          }}>
          <p>
            {asked.mode === "pause"
              ? tr("No more of its jobs start; new ones are taken and wait. {n} that run come to their end.", "不再开始新任务；新任务照收并等待。{n} 个运行中的任务会正常结束。", { n: asked.queue.processing })
              : tr("New jobs are refused with 503; {n} that wait and {m} that run are worked off.", "新任务将被拒绝（503）；{n} 个等待和 {m} 个运行中的任务会处理完。", { n: asked.queue.ready, m: asked.queue.processing })}
          </p>
        </Dialog>
      )}
    </Page>
  );
}
