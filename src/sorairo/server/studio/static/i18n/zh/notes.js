// by code; English is the API's own

export default {
  read_as: "理解为：{text}",
  read: "理解为：{pairs}",
  unknown_words: "已忽略（不认识的词）：{words}",
  unused: "已忽略（此处画不出）：{words}",
  unknown_style: "已忽略（不认识的风格）：{style}",
  not_trained_on: "模型没有学过{category}“{value_zh}”；它学过：{known_zh}。",
  zero_shot: "{model} 没学过“{task}”（零样本）。",
  other_model: "模型 {model} 认识更多的词。",
  unguided: "已忽略（没有引导）：{negative}",
  nothing_known: "模型不认识“{prompt}”。可用：{examples}。",
};
