// The operator's console.
import { render } from "preact";
import { App } from "./app";
import { resume } from "./session";

void resume();
render(<App />, document.getElementById("app")!);
