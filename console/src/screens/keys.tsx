// API keys: made and shown once, listed without themselves, ended for good.
import { useState } from "preact/hooks";
import { get, post } from "../lib/api";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct, session } from "../session";
import { Amount, Await, Badge, Copy, Dialog, Field, Page, Table, Time, Tone, say } from "../ui/parts";
import { whole } from "./account";

const scopes = (): [string, string][] => [
  ["jobs", tr("enqueue and steer jobs", "提交与操作任务")],
  ["credits", tr("move credits", "变动积分")],
  ["sync", tr("sister products", "关联产品同步")],
  ["read", tr("look at everything", "查看全部")],
  ["admin", tr("do everything", "全部权限")],
];

function Make({ onClose, onMade }: { onClose: () => void; onMade: (made: any) => void }) {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [rate, setRate] = useState("");
  const [cap, setCap] = useState("");
  const make = async () => onMade(await post("/api/admin/keys", { name: name.trim(), scopes: chosen, ...(rate && { per_minute: whole(rate) }), ...(cap && { daily_cap: whole(cap) }) }));
  const ready = name.trim() !== "" && chosen.length > 0 && [rate, cap].every((text) => text === "" || whole(text) !== undefined);
  return (
    <Dialog title={tr("Make a key", "创建密钥")} confirm={tr("Make it", "创建")} ready={ready} onClose={onClose} onConfirm={make}>
      <Field label={tr("Name", "名称")} value={name} onInput={setName} required autoFocus />
      <fieldset>
        <legend>{tr("It may", "权限")}</legend>
        {scopes().map(([scope, words]) => (
          <label class="check" key={scope}>
            <input type="checkbox" checked={chosen.includes(scope)} onChange={(e) => setChosen(e.currentTarget.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))} />
            <b>{scope}</b> <span class="dim">{words}</span>
          </label>
        ))}
      </fieldset>
      <Field label={tr("Requests a minute (optional)", "每分钟请求数（可选）")} value={rate} onInput={setRate} inputMode="numeric" />
      <Field label={tr("Credits a day (optional)", "每日积分上限（可选）")} value={cap} onInput={setCap} inputMode="numeric" />
    </Dialog>
  );
}

export function Keys() {
  const keys = useLoad(() => get("/api/admin/keys"), []);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<any>(undefined);
  const [ending, setEnding] = useState<any>(undefined);
  return (
    <Page title={tr("API keys", "API 密钥")} extra={mayAct() && <button type="button" class="primary" onClick={() => setMaking(true)}>{tr("Make a key…", "创建密钥…")}</button>}>
      <Await of={keys}>
        {(data) => (
          <Table label={tr("Keys", "密钥")} head={[`>#`, tr("Name", "名称"), tr("Begins with", "前缀"), tr("State", "状态"), tr("May", "权限"), `>${tr("A minute", "每分钟")}`, `>${tr("Credits a day", "每日积分")}`, tr("Made", "创建"), tr("Last used", "最近使用"), ""]}>
            {data.keys.map((key: any) => (
              <tr key={key.number}>
                <td class="right num">{key.number}</td>
                <td class="text">{key.name} {session.value?.key === key.number && <Tone tone="quiet">{tr("yours", "当前")}</Tone>}</td>
                <td class="num">{key.prefix}…</td>
                <td><Badge state={key.state} /></td>
                <td>{key.scopes.join(", ")}</td>
                <td class="right">{key.per_minute > 0 ? <Amount value={key.per_minute} /> : <span class="dim">–</span>}</td>
                <td class="right">{key.daily_cap > 0 ? <Amount value={key.daily_cap} /> : <span class="dim">–</span>}</td>
                <td><Time at={key.created_at} /></td>
                <td><Time at={key.last_used_at} relative /></td>
                <td>{mayAct() && key.state === "live" && <button type="button" class="small" onClick={() => setEnding(key)}>{tr("Revoke…", "吊销…")}</button>}</td>
              </tr>
            ))}
          </Table>
        )}
      </Await>
      {making && <Make onClose={() => setMaking(false)} onMade={(key) => { setMaking(false); setMade(key); void keys.reload(); }} />}
      {made && (
        <Dialog title={tr("The key {n}", "密钥 {n}", { n: made.name })} onClose={() => setMade(undefined)}>
          <p>{tr("Keep it now: it is shown this once, and nobody can show it again.", "请立即保存：密钥仅显示这一次，之后无法再次查看。")}</p>
          <p class="secret"><code data-testid="secret">{made.key}</code> <Copy text={made.key} /></p>
        </Dialog>
      )}
      {ending && (
        <Dialog title={tr("Revoke {n}?", "吊销 {n}？", { n: ending.name })} confirm={tr("Revoke", "吊销")} danger onClose={() => setEnding(undefined)}
          onConfirm={async () => { await post(`/api/admin/keys/${ending.number}/revoke`); say(tr("Revoked", "已吊销")); setEnding(undefined); void keys.reload(); }}>
          <p>{tr("For good, within a second, sessions of this console that it opened included.", "一秒内永久失效，包括由它登录的控制台会话。")}</p>
          {session.value?.key === ending.number && <p class="bad-text">{tr("This is the key that you are signed in with.", "这是您当前登录使用的密钥。")}</p>}
        </Dialog>
      )}
    </Page>
  );
}
