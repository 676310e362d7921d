// What a job made: heard, seen or read where that is possible; always there to download. Nothing of
// it is ever run: the server sends it in a sandbox, and here it is text or media only.
import { useEffect, useState } from "preact/hooks";
import { cookies, headers, part } from "../lib/api";
import { bytes } from "../lib/format";
import { pretty } from "../lib/json";
import { tr } from "../lib/look";
import { Card, Copy } from "./parts";

const largest = 64 * 1048576;

function fileOf(result: any): string | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  return result.file ?? result.audio ?? result.video ?? result.image;
}

// Over fetch, for a key in memory can't go along with <audio src>.
function Media({ path }: { path: string }) {
  const [blob, setBlob] = useState<{ url: string; type: string; size: number } | undefined>(undefined);
  const [text, setText] = useState<string | undefined>(undefined);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    let url = "";
    const stop = new AbortController();
    const load = async () => {
      const response = await fetch(path, { headers: headers(), credentials: cookies(), signal: stop.signal });
      if (!response.ok) throw new Error(String(response.status));
      if (Number(response.headers.get("Content-Length") ?? 0) > largest) throw new Error(tr("too large to show here", "文件过大，无法预览"));
      const it = await response.blob();
      url = URL.createObjectURL(it);
      setBlob({ url, type: it.type, size: it.size });
      if (/^(text\/|application\/(json|x-subrip))/.test(it.type) && it.size < 262144) setText(await it.text());
    };
    load().catch((problem) => stop.signal.aborted || setWrong(String(problem.message ?? problem)));
    return () => {
      stop.abort();
      if (url) URL.revokeObjectURL(url);
    };
  }, [path]);
  if (wrong) return <p class="dim">{tr("It could not be loaded: {e}", "无法加载：{e}", { e: wrong })}</p>;
  if (!blob) return <p class="dim">{tr("Loading", "加载中")}…</p>;
  const kind = blob.type.split("/")[0];
  const name = tr("What the job made", "任务结果");
  return (
    <div class="media">
      {kind === "audio" && <audio controls src={blob.url} aria-label={name} />}
      {kind === "video" && <video controls src={blob.url} aria-label={name} />}
      {kind === "image" && <img src={blob.url} alt={name} />}
      {text !== undefined && <pre class="json" tabIndex={0}>{text}</pre>}
      <p class="dim">
        {blob.type || "?"} · {bytes(blob.size)} · <a href={blob.url} download={`result-${path.split("/")[3]}`}>{tr("Download", "下载")}</a>
      </p>
    </div>
  );
}

export function Result({ job }: { job: any }) {
  const file = fileOf(job.result);
  const away = typeof job.result?.url === "string" && /^https?:\/\//.test(job.result.url) ? job.result.url : undefined;
  const text = typeof job.result?.text === "string" ? job.result.text : undefined;
  return (
    <Card title={tr("Result", "结果")} extra={<Copy text={text ?? pretty(job.result)} />}>
      {job.pruned && <p class="dim">{tr("Removed by retention.", "已按保留策略清除。")}</p>}
      {file && !job.pruned && <Media path={`/api/jobs/${part(job.id)}/result`} />}
      {away && <p><a href={away} target="_blank" rel="noopener noreferrer">{away}</a></p>}
      {text !== undefined && <p class="text prose" data-testid="result-text">{text}</p>}
      <details open={!file && !away && text === undefined}>
        <summary>{tr("As JSON", "JSON")}</summary>
        <pre class="json" tabIndex={0} data-testid="result">{pretty(job.result ?? null)}</pre>
      </details>
    </Card>
  );
}
