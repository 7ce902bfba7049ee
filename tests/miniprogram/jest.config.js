// Only the component: what needs no page of WeChat's runs under node's own test runner.
module.exports = { testMatch: ["**/*.spec.js"], testEnvironment: "jsdom", cacheDirectory: "node_modules/.cache/jest" };
