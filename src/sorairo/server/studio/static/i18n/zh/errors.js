// By the codes of the API's errors, for those without a `detail` that says more. In English, the server's
// own sentence is shown.

export default {
  cancelled: "已取消",
  expired: "文件已被删除",
  forbidden: "此服务器不接受来自这个网址的页面",
  invalid_file: "无法使用此文件：请换一个文件，或缩小、剪短后再试",
  invalid_form: "无法读取请求：请重试",
  invalid_json: "无法读取请求：请重试",
  invalid_request: "无法这样生成：请修改提示词或设置",
  invalid_type: "请求的格式不对",
  invalid_value: "有一项设置不可用：请检查各项设置",
  method_not_allowed: "服务器不支持此操作：它可能是旧版本",
  moderation_blocked: "输出过滤器拦截了结果：请修改提示词或给定的文件",
  not_found: "找不到，可能已被删除",
  rate_limit_exceeded: "已达到限额：请稍后再试",
  server_error: "服务器内部错误：请重试，详情见服务器日志",
  storage_error: "服务器无法保存文件：请重新提交",
  too_large: "太大了：请缩小尺寸或减少秒数",
  unavailable: "服务器正忙或暂时无法使用：请重试",
  unknown_url: "服务器不支持此操作：它可能是旧版本",
  worker_lost: "生成进程中断：请重试",
};
