// The page: two phones and the carrier's panel.
import { play } from "/demo/shared/demo.js";
import { Carrier } from "./carrier.js";
import { Phone } from "./phone.js";

play({
  names: ({ phones }) => phones.map(({ name }) => name),
  phoneOf: (name) => new Phone(name),
  panel: new Carrier(document.querySelector(".platform")),
});
