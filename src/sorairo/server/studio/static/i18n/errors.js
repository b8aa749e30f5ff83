// By the codes of the API's errors, for those without a `detail` that says more. In English, the server's
// own sentence is shown; `{message}` is that sentence, `{param}` the field that is wrong.

export const zh = {
  cancelled: "已取消",
  expired: "文件已被删除",
  forbidden: "此服务器不接受来自这个网址的页面：{message}",
  idempotency_key_reused: "请求已变更，请重试",
  insufficient_storage: "服务器磁盘空间不足：请删除一些短片，或稍后再试",
  invalid_api_key: "密钥无效",
  invalid_file: "无法使用此文件：请换一个文件，或缩小、剪短后再试（{message}）",
  invalid_form: "无法读取请求：请重试（{message}）",
  invalid_image_url: "无法使用此图片：请重新选择（{message}）",
  invalid_json: "无法读取请求：请重试（{message}）",
  invalid_request: "无法这样生成：{message}",
  invalid_signature: "此链接无效：请刷新页面",
  invalid_type: "请求的格式不对（{param}）",
  invalid_value: "有一项设置不可用：{message}",
  link_expired: "此链接已过期：请刷新页面",
  lora_not_found: "没有这个 LoRA：{message}",
  method_not_allowed: "服务器不支持此操作：它可能是旧版本",
  missing: "缺少必填项（{param}）",
  missing_api_key: "此服务器需要密钥",
  missing_required_parameter: "缺少必填项（{param}）",
  model_not_found: "没有这个模型",
  moderation_blocked: "输出过滤器拦截了结果：请修改提示词或给定的文件",
  not_found: "找不到，可能已被删除",
  not_ready: "尚未完成，请稍候",
  rate_limit_exceeded: "已达到限额：请稍后再试",
  server_error: "服务器内部错误：请重试，详情见服务器日志",
  storage_error: "服务器无法保存文件：请重新提交",
  too_large: "太大了：请缩小尺寸或减少秒数",
  unavailable: "服务器正忙或暂时无法使用：请重试",
  unknown_parameter: "服务器不认识一项设置（{param}）：它可能是旧版本",
  unknown_url: "服务器不支持此操作：它可能是旧版本",
  worker_lost: "生成进程中断：请重试",
};

export const en = Object.fromEntries(Object.keys(zh).map((code) => [code, ""]));
