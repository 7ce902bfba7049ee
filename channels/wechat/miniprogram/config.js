// What a city sets before it uploads the mini-program.

module.exports = {
  // The gateway's public address; it has to stand among the request and uploadFile domains of the mini-program's console.
  gateway: "https://hotline.example",
  // Ids of subscription messages (closure, rating, question), five at the most; asked for in the tap that files a case.
  /** @type {string[]} */
  subscriptions: [],
  hotline: "12345",
};
