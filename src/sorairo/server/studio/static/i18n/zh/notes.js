// by code; English is the API's own

export default {
  read_as: "理解为：{text}",
  read: "理解为：{pairs}",
  unknown_words: "已忽略（未知词）：{words}",
  unread: "已忽略（太长）：{text}",
  unused: "已忽略（此处画不出）：{words}",
  unknown_style: "已忽略（未知风格）：{style}",
  not_trained_on: "模型没学过{category}“{value_zh}”；学过：{known_zh}。",
  zero_shot: "{model} 没学过“{task}”（零样本）。",
  other_model: "{model} 认识更多词。",
  unguided: "已忽略（没有引导）：{negative}",
  nothing_known: "不认识“{prompt}”。可用：{examples}。",
};
