// by code; English is the API's own

export default {
  read_as: "理解为：{text}",
  read: "理解为：{pairs}",
  unknown_words: "已忽略（不认识的词）：{words}",
  unused: "已忽略（在此处无法画出）：{words}",
  unknown_style: "已忽略（不认识的风格）：{style}",
  not_trained_on: "模型没有学过{category}“{value_zh}”；它学过：{known_zh}。",
  zero_shot: "{model} 没有针对“{task}”训练过（零样本）。",
  other_model: "模型 {model} 认识更多的词。",
  nothing_known: "模型不认识“{prompt}”中的任何内容。这些提示词可以用：{examples}。",
};
