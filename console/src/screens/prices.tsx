// The price book in force, what a job would cost, and what an edited book would have changed.
import { useEffect, useState } from "preact/hooks";
import { useCalls } from "../lib/calls";
import { get, post } from "../lib/api";
import { credits } from "../lib/format";
import { parse } from "../lib/json";
import { useLoad } from "../lib/load";
import { tr } from "../lib/look";
import { mayAct } from "../session";
import { Book } from "../ui/book";
import { priceWords } from "../ui/words";
import { Act, Amount, Await, Card, Choice, Empty, Fact, Facts, Field, Page, Table, Tone, UserLink } from "../ui/parts";

function Quote({ services }: { services: string[] }) {
  const [service, setService] = useState(services[0] ?? "");
  const [user, setUser] = useState("");
  const [seconds, setSeconds] = useState("");
  const [input, setInput] = useState("");
  const [cost, setCost] = useState<any>(undefined);
  const ask = async () => {
    const body: any = { service };
    if (user.trim()) body.user_id = user.trim();
    if (seconds.trim()) body.duration = Number(seconds);
    if (input.trim()) body.input = parse(input);
    setCost(await post("/api/points/cost", body));
  };
  return (
    <Card title={tr("What would it cost?", "试算")}>
      <form class="filters" onSubmit={(e) => e.preventDefault()}>
        <Choice label={tr("Service", "服务")} value={service} options={services.map((s) => [s, s])} onChange={setService} />
        <Field label={tr("User (optional)", "用户（可选）")} value={user} onInput={setUser} />
        <Field label={tr("Seconds (optional)", "秒数（可选）")} value={seconds} onInput={setSeconds} inputMode="numeric" />
        <Field label={tr("Input (JSON, optional)", "输入（JSON，可选）")} value={input} onInput={setInput} placeholder='{"text": "…"}' />
        <Act label={tr("Quote", "试算")} done={tr("Quoted", "已试算")} run={ask} />
      </form>
      {cost && (
        <Facts>
          <Fact name={tr("Costs", "费用")}><b data-testid="quote"><Amount value={cost.cost} /></b></Fact>
          <Fact name={tr("In words", "说明")}>{priceWords(cost.words)}</Fact>
          {cost.balance !== null && <Fact name={tr("Balance", "余额")}><Amount value={cost.balance} /> {cost.sufficient ? <Tone tone="good">{tr("enough", "足够")}</Tone> : <Tone tone="bad">{tr("not enough", "不足")}</Tone>}</Fact>}
        </Facts>
      )}
    </Card>
  );
}

// A dry run over what was billed lately: nothing is changed by it.
function DryRun() {
  const [text, setText] = useState("");
  const [found, setFound] = useState<any>(undefined);
  const book = useLoad(() => get("/api/admin/prices/book"), []);
  const fresh = book.data?.prices as string | undefined;
  useEffect(() => setText((was) => (was === "" ? (fresh ?? "") : was)), [fresh]);
  const run = async () => setFound(await post("/api/admin/prices/try", { prices: text }));
  return (
    <Card title={tr("Try an edited book on last month's jobs", "用修改后的价目表试算上月任务")}>
      <p class="dim">{tr("Edit prices.yaml as you would have it. It is checked whole, and priced against what was billed in the last 30 days; nothing changes.", "按需修改 prices.yaml：将整体校验，并对最近 30 天的任务试算；不会产生任何变更。")}
        {book.data?.in_force === false && <> <Tone tone="warn">{tr("the file is not what is in force", "该文件与当前生效的价目表不同")}</Tone></>}
      </p>
      <label class="sr" for="book">{tr("Edited price book (YAML)", "修改后的价目表（YAML）")}</label>
      <textarea id="book" rows={16} spellcheck={false} value={text} onInput={(e) => setText(e.currentTarget.value)} placeholder="services:&#10;  script: {mode: fixed, credits: 6}" />
      <div class="row end">
        {fresh !== undefined && text !== fresh && <button type="button" onClick={() => setText(fresh)}>{tr("Start over", "重新开始")}</button>}
        <Act tone="primary" disabled={text.trim() === ""} label={tr("Try it", "试算")} done={tr("Tried", "已试算")} run={run} />
      </div>
      {found && <Tried found={found} />}
    </Card>
  );
}

function Tried({ found }: { found: any }) {
  if (found.problems?.length > 0) return <div class="trouble" role="alert"><strong>{tr("The book has mistakes", "价目表有误")}</strong><ul>{found.problems.map((one: string) => <li key={one}>{one}</li>)}</ul></div>;
  const change = (row: any) => BigInt(row.after) - BigInt(row.before);
  return (
    <div data-testid="tried">
      <p>
        {tr("{n} jobs: {a} credits became {b}.", "{n} 个任务：{a} 积分变为 {b}。", { n: credits(found.jobs), a: credits(found.before), b: credits(found.after) })} {found.truncated && <Tone tone="warn">{tr("only the newest were priced", "仅试算了最近的任务")}</Tone>}
      </p>
      {found.changes?.length > 0 && <ul>{found.changes.map((one: string) => <li key={one}>{one}</li>)}</ul>}
      <Table label={tr("By service", "按服务")} head={[tr("Service", "服务"), `>${tr("Jobs", "任务")}`, `>${tr("Before", "原价")}`, `>${tr("After", "新价")}`, `>${tr("Change", "变化")}`]}>
        {found.services.map((row: any) => <tr key={row.service}><td>{row.service}</td><td class="right"><Amount value={row.jobs} /></td><td class="right"><Amount value={row.before} /></td><td class="right"><Amount value={row.after} /></td><td class="right"><Amount value={change(row)} plus /></td></tr>)}
      </Table>
      <Table label={tr("Who would have paid what", "用户影响")} head={[tr("User", "用户"), `>${tr("Jobs", "任务")}`, `>${tr("Before", "原价")}`, `>${tr("After", "新价")}`, `>${tr("Change", "变化")}`]}>
        {found.users.map((row: any) => <tr key={row.user_id}><td><UserLink id={row.user_id} /></td><td class="right"><Amount value={row.jobs} /></td><td class="right"><Amount value={row.before} /></td><td class="right"><Amount value={row.after} /></td><td class="right"><Amount value={change(row)} plus /></td></tr>)}
      </Table>
    </div>
  );
}

export function Prices() {
  const book = useLoad(() => get("/api/points/prices"), []);
  const calls = useCalls() ?? {};
  const [changes, setChanges] = useState<string[] | undefined>(undefined);
  const reload = async () => {
    const done = await post("/api/admin/prices/reload");
    setChanges(done.changes);
    await book.reload();
  };
  return (
    <Page title={tr("Prices", "价格")} extra={mayAct() && <Act label={tr("Read the book again", "重新加载价目表")} done={tr("The book is in force", "价目表已生效")} run={reload} />}>
      {changes && <Card title={tr("What changed", "变更内容")}>{changes.length === 0 ? <Empty title={tr("Nothing changed.", "没有变化。")} /> : <ul>{changes.map((one) => <li key={one}>{one}</li>)}</ul>}</Card>}
      <Await of={book}>
        {(it) => (
          <>
            <Card title={tr("The book in force", "当前价目表")} extra={<span class="num dim">{it.version}</span>}><Book book={it} /></Card>
            <Quote services={Object.keys(it.services)} />
          </>
        )}
      </Await>
      {"/api/admin/prices/try" in calls && <DryRun />}
    </Page>
  );
}
