// The page: a phone for each citizen of any account, and the platform's panel.
import { play } from "/demo/shared/demo.js";
import { Phone } from "./phone.js";
import { Platform } from "./platform.js";

play({
  names: ({ accounts }) => new Set(accounts.flatMap(({ citizens }) => citizens.map(({ name }) => name))),
  phoneOf: (name) => new Phone(name),
  panel: new Platform(document.querySelector(".platform")),
});
