// Server-sent events over fetch, so that credentials can go along and a break is seen and mended.
import { cookies, headers, turnedAway } from "./api";
import { Cell } from "./cell";
import { parse } from "./json";

export type Line = "connecting" | "live" | "broken" | "off";
export interface Happening {
  kind: string;
  data: any;
}

export class Live {
  readonly line = new Cell<Line>("off");
  private readonly ears = new Set<(happening: Happening) => void>();
  private last = "";
  private wait = 1000;
  private stop: AbortController | undefined;

  constructor(private readonly path: string) {}

  listen(ear: (happening: Happening) => void): () => void {
    this.ears.add(ear);
    return () => this.ears.delete(ear);
  }

  start() {
    if (this.stop) return;
    this.stop = new AbortController();
    void this.run(this.stop.signal);
  }

  end() {
    this.stop?.abort();
    this.stop = undefined;
    this.last = "";
    this.line.value = "off";
  }

  private async run(signal: AbortSignal) {
    while (!signal.aborted) {
      this.line.value = this.line.value === "broken" ? "broken" : "connecting";
      try {
        const over = await this.read(signal);
        if (over) return;
      } catch {
        if (signal.aborted) return;
      }
      this.line.value = "broken";
      await new Promise((go) => setTimeout(go, this.wait));
      this.wait = Math.min(this.wait * 2, 15000);
    }
  }

  // True: there is no more to come.
  private async read(signal: AbortSignal): Promise<boolean> {
    const more: Record<string, string> = this.last === "" ? {} : { "Last-Event-ID": this.last };
    const response = await fetch(this.path, {
      headers: { ...headers(), ...more, Accept: "text/event-stream" },
      credentials: cookies(),
      cache: "no-store",
      signal,
    });
    if (response.status === 204) return true;
    if (response.status === 401) turnedAway.value += 1;
    if (!response.ok || !response.body) throw new Error(String(response.status));
    this.line.value = "live";
    this.wait = 1000;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("ended");
      rest += value.replaceAll("\r\n", "\n");
      let end = rest.indexOf("\n\n");
      while (end >= 0) {
        this.tell(rest.slice(0, end));
        rest = rest.slice(end + 2);
        end = rest.indexOf("\n\n");
      }
    }
  }

  private tell(block: string) {
    let kind = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const colon = line.indexOf(":");
      if (colon <= 0) continue;
      const value = line.slice(colon + 1).replace(/^ /, "");
      const name = line.slice(0, colon);
      if (name === "event") kind = value;
      else if (name === "data") data.push(value);
      else if (name === "id") this.last = value;
    }
    if (data.length === 0) return;
    const happening = { kind, data: parse(data.join("\n")) };
    for (const ear of [...this.ears]) ear(happening);
  }
}
