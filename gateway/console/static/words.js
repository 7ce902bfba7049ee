// All wording of the page, Chinese and English, and the way times and numbers are written.

const WORDS = {
  title: ["回音 · 工作台", "Huiyin · staff desk"], brand: ["回音工作台", "Huiyin desk"],
  skip: ["跳到正文", "Skip to content"], sign_in: ["登录", "Sign in"], name: ["用户名", "User name"],
  password: ["密码", "Password"], sign_out: ["退出", "Sign out"], language: ["English", "中文"],
  cases: ["工单", "Cases"], conversations: ["人工会话", "Conversations"], report: ["概况", "Report"],
  dead: ["异常消息", "Dead letters"], menu: ["主菜单", "Main menu"],
  "role.clerk": ["坐席", "Clerk"], "role.department": ["承办单位", "Department"], "role.supervisor": ["督办", "Supervisor"],

  filter: ["筛选", "Filter"], status: ["状态", "Status"], department: ["承办单位", "Department"],
  template: ["诉求类型", "Template"], rework_only: ["只看退回重办", "Reworks only"],
  late_only: ["只看超期、将到期", "Late or due soon only"], coordination_only: ["只看需协调", "To coordinate only"], number: ["工单编号", "Case number"],
  all: ["全部", "All"], open: ["未办结", "Open"], more: ["更早的工单", "Older cases"],
  no_cases: ["没有符合条件的工单。", "No cases match."], filed: ["登记", "Filed"], due: ["时限", "Due"], subject: ["标题", "Title"],
  overdue: ["已超时限", "overdue"], urgent: ["加急", "urgent"], emergency: ["紧急", "emergency"],
  round: ["第 {n} 次重办", "rework {n}"], satisfaction: ["满意度", "Satisfaction"],
  coordination: ["需人工协调", "Needs coordination"], completeness: ["完整度", "Complete"],
  "status.submitted": ["待受理", "Submitted"], "status.accepted": ["已受理", "Accepted"],
  "status.assigned": ["已派单", "Dispatched"], "status.in_progress": ["办理中", "In progress"],
  "status.suspended": ["待市民补充", "Waiting for the citizen"], "status.closed": ["已办结", "Closed"],
  "status.reopened": ["退回重办", "Rework"], "status.rejected": ["不予受理", "Rejected"],
  "status.cancelled": ["已撤销", "Withdrawn"],

  back: ["返回列表", "Back to the list"], content: ["诉求内容", "What the citizen wrote"], original: ["原文", "Original"],
  details: ["诉求要素", "Details"], complainant: ["诉求人", "Complainant"], person_name: ["姓名", "Name"], phone: ["电话", "Phone"],
  email: ["电子邮箱", "E-mail"], location: ["事发地址", "Location"], channel: ["来源渠道", "Channel"],
  "kind.person": ["个人", "person"], "kind.enterprise": ["企业", "enterprise"], "kind.anonymous": ["匿名", "anonymous"],
  kind: ["类型", "Kind"], confidential: ["身份保密", "Identity confidential"], attachments: ["附件", "Attachments"],
  history: ["办理过程", "History"], transcript: ["会话记录", "Conversation"], empty: ["暂无内容。", "Nothing yet."],
  download: ["下载", "Download"], no_value: ["未提供", "not given"],
  masked: ["个人信息已隐藏。", "Personal data are hidden."], shown: ["个人信息已显示，查看已记录。", "Personal data are shown; this was recorded."],
  show: ["显示个人信息", "Show personal data"], show_hint: ["查看会被记录。", "Each look is recorded."],
  reason: ["查看原因", "Reason"],

  actions: ["办理", "Handle"], no_actions: ["当前状态下没有可做的操作。", "Nothing to do in this state."],
  watched: ["该工单当前由其他环节处理。", "This case is with somebody else now."],
  "act.accept": ["受理", "Accept"], "act.dispatch": ["派单", "Dispatch"], "act.progress": ["反馈进展", "Report progress"],
  "act.question": ["请市民补充", "Ask the citizen"], "act.close": ["答复并办结", "Reply and close"],
  "act.reject": ["不予受理", "Reject"], choose_act: ["操作", "Action"], to_department: ["派往", "Dispatch to"],
  "text.progress": ["告诉市民的进展", "Progress, as the citizen will read it"],
  "text.question": ["向市民提出的问题", "Question to the citizen"],
  "text.close": ["给市民的答复", "Reply to the citizen"], "text.reject": ["不予受理的理由", "Reason for rejecting"],
  send: ["提交", "Submit"], done: ["已提交。", "Done."],
  rework_reason: ["市民退回重办的原因", "Why the citizen sent it back"], no_reason: ["市民没有说明原因。", "The citizen gave no reason."],
  rating: ["市民评价", "Citizen's rating"], resolved: ["是否解决", "Resolved"], contacted: ["是否联系", "Contacted"],
  wants_rework: ["要求重办", "asks for rework"], rating_reason: ["原因", "Reason"],
  yes: ["是", "yes"], no: ["否", "no"], partly: ["部分", "partly"], unknown: ["未答", "not answered"],
  "what.filed": ["市民提交", "Filed"], "what.accepted": ["已受理", "Accepted"], "what.dispatched": ["已派单", "Dispatched"],
  "what.progress": ["办理进展", "Progress"], "what.question": ["请市民补充", "Question to the citizen"],
  "what.closed": ["已办结", "Closed"], "what.rejected": ["不予受理", "Rejected"], "what.reopened": ["重新办理", "Reopened"],
  "what.rated": ["市民评价", "Rated"], "what.rework": ["退回重办", "Sent back for rework"],
  "what.supplement": ["市民补充", "Supplement"], "what.urged": ["市民催办", "Citizen urges"],
  "what.no_reply": ["未收到评价", "No rating given"], "what.revised": ["工单已更正", "Order corrected"], "what.cancelled": ["已撤销", "Withdrawn"],
  "what.late_accept": ["逾期未签收", "Not accepted in time"], "what.late_contact": ["逾期未联系市民", "Citizen not contacted in time"],
  "what.due_soon": ["即将到期", "Due soon"], "what.overdue": ["逾期未办结", "Overdue"],
  "what.told": ["已告知市民", "Citizen told"], "what.doubtful": ["可能已告知", "Perhaps told"],
  "what.not_told": ["未能告知市民", "Citizen not told"], "what.delivered": ["平台确认送达", "Delivered, says the platform"],
  "what.failed": ["平台未能送达", "Not delivered, says the platform"],

  "reach.accepted": ["受理", "acceptance"], "reach.dispatched": ["派单", "dispatch"], "reach.progress": ["进展", "progress"],
  "reach.question": ["补充提问", "question"], "reach.closed": ["办结", "closure"], "reach.rejected": ["不予受理", "rejection"],
  "reach.reopened": ["重新办理", "reopening"], "reach.cancelled": ["撤销", "withdrawal"],
  "reach.due_soon": ["到期提醒", "due soon"], "reach.overdue": ["逾期致歉", "apology for being late"], "reach.rate": ["邀请评价", "invitation to rate"],
  "reach.rate_reminder": ["评价提醒", "reminder to rate"], "reach.rating_expired": ["评价到期", "end of rating"],
  "reach.rating_cancelled": ["评价取消", "rating called off"], "reach.rated": ["评价回执", "receipt of the rating"],
  "reach.rework_sent": ["已退回重办", "rework"], "reach.coordination": ["人工协调", "coordination"], "reach.settled": ["评价生效", "rating settled"],
  "reach.answer": ["直接回复", "answer at once"],
  "reach.window": ["会话窗口", "reply window"], "reach.lasting": ["长期订阅消息", "long-term subscription"],
  "reach.once": ["一次性订阅消息", "one-time subscription"], "reach.template": ["模板消息", "template message"],
  "reach.sms": ["短信", "SMS"], "reach.event": ["会话事件", "session event"], "reach.any": ["任何方式", "any way"],
  "reach.window_closed": ["（窗口已关）", "(closed)"], "reach.quota_used": ["（条数已用完）", "(quota used up)"],
  "reach.no_consent": ["（未订阅）", "(no consent)"], "reach.not_offered": ["（未配置）", "(not set up)"],
  "reach.not_delivered": ["（未送达）", "(not delivered)"], "reach.kept_for_the_end": ["（留给办结）", "(kept for the closure)"],
  "reach.not_following": ["（未关注）", "(does not follow)"], "reach.too_many": ["（待发过多）", "(too many waiting)"],
  "reach.too_late": ["（已过时）", "(too late)"],

  queue_empty: ["没有等待人工服务的市民。", "Nobody is waiting for a person."],
  "mode.waiting": ["等待接入", "Waiting"], "mode.agent": ["人工服务中", "With a person"], "mode.bot": ["机器人服务中", "With the bot"],
  waiting_since: ["最近消息", "Last message"], with: ["接待", "with"], take: ["接入会话", "Take over"],
  leave: ["交还机器人", "Hand back to the bot"], say: ["回复市民", "Answer the citizen"], say_send: ["发送", "Send"],
  filled: ["已填写的要素", "Filled in so far"], nothing_filled: ["还没有填写诉求。", "No form is being filled."],
  not_yours: ["接入后才能回复。", "Take the conversation over to answer."],
  "sender.citizen": ["市民", "Citizen"], "sender.bot": ["机器人", "Bot"], "sender.agent": ["坐席", "Clerk"],
  "sender.department": ["承办单位", "Department"], file: ["文件", "file"],

  now_open: ["未办结", "Open"], now_closed: ["已办结", "Closed"], now_waiting: ["等待人工", "Waiting for a person"],
  now_talking: ["人工服务中", "With a person"], now_reworked: ["退回重办", "Reworked"],
  now_late: ["超期", "Late"], now_due_soon: ["将到期", "Due soon"], now_coordination: ["需人工协调", "To coordinate"], now_dead: ["异常消息", "Dead letters"],
  ratings: ["近 {n} 天登记工单的评价", "Ratings of cases filed in the last {n} days"], answers: ["评价数", "Ratings"],
  talks: ["近 {n} 天人工服务的评价", "Talks with staff judged in the last {n} days"], judged: ["评价次数", "Judgements"],
  mean_points: ["平均分", "Mean points"],
  mean: ["平均满意度", "Mean satisfaction"], by_status: ["按状态", "By status"],
  no_dead: ["没有异常消息。", "No dead letters."], replay: ["重新投递", "Replay"], discard: ["丢弃", "Discard"],
  why: ["处理原因", "Reason for what you do"], parked: ["是否送达不明", "in doubt"], buried: ["已停止投递", "given up"],
  arrived: ["对方已收到", "It arrived"], number_there: ["对方系统中的编号", "Its number over there"],
  edit: ["更正后投递", "Correct it"], edit_send: ["按更正投递", "Send corrected"],
  changes: ["更正内容（JSON）", "Changes (JSON)"], changes_hint: ["只写要改的项，作为工单的新版本投递。", "Only what changes; sent as the next revision."],
  "error.not_json": ["更正内容不是有效的 JSON。", "The changes are not valid JSON."],
  "error.not_editable": ["只有被拒收的工单可以更正。", "Only a refused submission can be corrected."],
  "error.not_in_doubt": ["这一项并无疑问。", "Nothing is in doubt about it."],
  "error.no_work_order": ["更正后的工单不完整或格式有误：{detail}", "The corrected order would not be valid: {detail}"],
  resume: ["恢复投递", "Send again"],
  "backend.away": ["办件系统 {name} 没有响应，工单在此等候，恢复后自动投递。", "The case system {name} does not answer. Orders wait here and go by themselves later."],
  "backend.paused": ["办件系统 {name} 拒绝了我们的访问，投递已暂停。", "The case system {name} refuses us. Nothing is sent."],
  "op.submit": ["提交工单", "Submission"], "op.comment": ["补充或催办", "Supplement or urging"], "op.rework": ["退回重办", "Rework"],
  "op.rating": ["评价", "Rating"], "op.withdraw": ["撤销", "Withdrawal"],
  stuck: ["尚未送达办件系统", "Did not reach the case system"],

  "why.asked": ["市民要求人工服务", "Asked for a person"], "why.ladder": ["多次未能理解市民的回答", "The bot could not read the answers"],
  "why.resume": ["继续填写时要求人工服务", "Asked for a person instead of going on"],
  "channel.web": ["网页", "web"], "channel.wechat_oa": ["微信公众号", "WeChat account"], "channel.wechat_kf": ["微信客服", "WeChat service"],
  "channel.wechat_mini": ["小程序", "mini-program"], "channel.sms": ["短信", "SMS"], "channel.phone": ["电话", "phone"],
  "channel.import": ["导入", "import"],
  "error.offline": ["连接中断，正在重试。", "Connection lost, trying again."],
  "error.sign_in_failed": ["用户名或密码不正确。", "Unknown user or wrong password."],
  "error.locked": ["失败次数过多，请 {s} 秒后再试。", "Too many failed attempts, try again in {s} s."],
  "error.unauthorised": ["请重新登录。", "Please sign in again."],
  "error.forbidden": ["没有权限。", "Not allowed."], "error.not_found": ["没有找到。", "Not found."],
  "error.wrong_state": ["工单状态已变化，请核对后再操作。", "The case has moved on; look again before you act."],
  "error.text_needed": ["请填写内容。", "Write something first."],
  "error.department_needed": ["请选择承办单位。", "Choose a department."],
  "error.unknown_department": ["没有这个承办单位。", "There is no such department."],
  "error.reason_needed": ["请填写原因。", "Give a reason."], "error.taken": ["该会话已由其他坐席接入。", "Another clerk has this conversation."],
  "error.not_yours": ["请先接入会话。", "Take the conversation over first."],
  "error.not_waiting": ["市民已不再等待人工服务。", "The citizen no longer waits for a person."],
  "error.seated": ["请在企业微信客服中接入该会话。", "This conversation is taken over in WeCom."],
  "error.unavailable": ["系统繁忙，请再试一次。", "Busy at the moment, please try again."],
  "error.other": ["操作没有成功，请再试一次。", "That did not work, please try again."],
};

const KEPT = "huiyin-desk-language";
let language = localStorage.getItem(KEPT) === "en" ? "en" : "zh";

export const isChinese = () => language === "zh";

export function switchLanguage() {
  language = isChinese() ? "en" : "zh";
  localStorage.setItem(KEPT, language);
}

/** The wording of a key; unknown words of the server are shown as they came. */
export function t(key, values = {}) {
  const pair = WORDS[key];
  if (!pair) return key.slice(key.indexOf(".") + 1);
  return pair[isChinese() ? 0 : 1].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** {zh, en} as data files carry it. */
export const of = (words, otherwise = "") => (words && (isChinese() ? words.zh : words.en)) || otherwise;

export function problemText(problem) {
  const key = `error.${problem.code}`;
  return t(WORDS[key] ? key : "error.other", { s: problem.retryAfter ?? "", detail: problem.detail ?? "" });
}

const locale = () => (isChinese() ? "zh-CN" : "en-GB");

export function when(moment) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  const today = date.toDateString() === new Date().toDateString();
  const clock = { hour: "2-digit", minute: "2-digit", hour12: false };
  return date.toLocaleString(locale(), today ? clock : { month: "2-digit", day: "2-digit", ...clock });
}
