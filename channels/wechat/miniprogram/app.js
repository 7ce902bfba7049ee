// The app: what the pages share is read from the phone's storage by the modules themselves.

const { speak } = require("./i18n/i18n.js");

App({
  onLaunch() {
    speak();
  },
});
