// The users' pages: what they have, what it was spent on, how to get more.
import { render } from "preact";
import { Me } from "./me";
import { listen } from "./token";

listen();
render(<Me />, document.getElementById("app")!);
