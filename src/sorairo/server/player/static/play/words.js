// The words of the page, and numbers, in its language.

import { recall, remember } from "../core/settings.js";
import { change } from "../core/state.js";

const en = {
  title: "Play", studio: "Studio", theme: "Appearance", system: "As the system", light: "Light", dark: "Dark",
  unreachable: "The server cannot be reached: try again.", needsKey: "This server asks for a key. Paste one that `sorairo keys create` has printed.", keyLabel: "Key", useKey: "Use it",
  screen: "The world", pad: "Movement", begin: "Play", again: "Start again", restart: "Start again",
  idle: "A world to play in.", opening: "The world is being made…", lost: "The connection is lost. It is being resumed…",
  ended: "The session has ended.", over: "The session has ended.", taken: "The session goes on in another window.", dead: "The player has died.",
  none: "There is no world to play in on this server: install it with pip install 'sorairo[play]' and start the server again.",
  meter: "Mode and drift", mode: "Who draws", dream: "Dream", anchored: "Anchored", simulator: "Simulator",
  dreamHint: "The network alone", anchoredHint: "The rules decide, the network draws", simulatorHint: "The game itself",
  agreement: "Tiles that are true", marks: "Mark those that are not", noMeter: "A picture has no rules behind it: there is nothing to compare with.",
  noPlayer: "There is no simulator to compare with: its player died at step {n}. The dream goes on.",
  modeAfterDeath: "The simulator's player died at step {n}, and {mode} follows it: start again.",
  modeOfPicture: "A picture has no rules, and {mode} follows them: start again from a seed.",
  noRules: "A network draws every frame, in this browser, and nothing checks it.", notLoaded: "The network could not be loaded: {reason}",
  rate: "{n} frames/s", latency: "{n} ms delay", steps: "step {n}", tempo: "Time", waits: "waits for you", perSecond: "{n} steps a second",
  inventory: "Inventory", achievements: "{n} of 22 achievements",
  prompt: "Where and when", promptHint: "a forest at night", seed: "Land (seed)", random: "random", dice: "Another land", say: "Say it now",
  picture: "From a picture", notPicture: "This file is no picture that the browser can read.", keep: "Keep as a clip", kept: "What was played is in the library.", show: "Open",
  keys: "Arrow keys or WASD walk, Space does what is possible with what is in front: cut, mine, drink, fight, eat.",
  left: "Left", right: "Right", up: "Up", down: "Down", do: "Do", sleep: "Sleep",
  place_stone: "Place stone", place_table: "Place table", place_furnace: "Place furnace", place_plant: "Plant",
  health: "Health", food: "Food", drink: "Drink", energy: "Energy", sapling: "Sapling", wood: "Wood", stone: "Stone", coal: "Coal", iron: "Iron", diamond: "Diamond",
  wood_pickaxe: "Wood pickaxe", stone_pickaxe: "Stone pickaxe", iron_pickaxe: "Iron pickaxe", wood_sword: "Wood sword", stone_sword: "Stone sword", iron_sword: "Iron sword",
};

const zh = {
  title: "游玩", studio: "工作室", theme: "外观", system: "跟随系统", light: "浅色", dark: "深色",
  unreachable: "无法连接服务器，请重试。", needsKey: "此服务器需要密钥，请粘贴 `sorairo keys create` 输出的密钥。", keyLabel: "密钥", useKey: "使用",
  screen: "世界", pad: "移动", begin: "开始游玩", again: "重新开始", restart: "重新开始",
  idle: "一个可以游玩的世界。", opening: "正在生成世界……", lost: "连接已断开，正在恢复……",
  ended: "本次游玩已结束。", over: "本次游玩已结束。", taken: "已在另一个窗口中继续。", dead: "角色已死亡。",
  none: "此服务器没有可游玩的世界：请运行 pip install 'sorairo[play]'，然后重启服务器。",
  meter: "模式与偏差", mode: "由谁绘制", dream: "梦境", anchored: "锚定", simulator: "模拟器",
  dreamHint: "仅由网络生成", anchoredHint: "规则决定，网络绘制", simulatorHint: "游戏本身",
  agreement: "正确的图块", marks: "标出错误的图块", noMeter: "图片背后没有规则，无从比较。",
  noPlayer: "已没有可比较的模拟器：其中的角色在第 {n} 步死亡，梦境仍在继续。",
  modeAfterDeath: "模拟器中的角色在第 {n} 步死亡，“{mode}”模式离不开它：请重新开始。",
  modeOfPicture: "图片背后没有规则，“{mode}”模式离不开规则：请从种子重新开始。",
  noRules: "每一帧都由此浏览器中的网络绘制，没有规则校验。", notLoaded: "无法加载网络：{reason}",
  rate: "{n} 帧/秒", latency: "延迟 {n} 毫秒", steps: "第 {n} 步", tempo: "时间", waits: "等待操作", perSecond: "每秒 {n} 步",
  inventory: "物品", achievements: "已达成 {n} / 22 项成就",
  prompt: "地点与时间", promptHint: "夜晚的森林", seed: "世界（种子）", random: "随机", dice: "换一个世界", say: "立即生效",
  picture: "从图片开始", notPicture: "浏览器无法读取此图片文件。", keep: "保存为短片", kept: "已保存到作品库。", show: "打开",
  keys: "方向键或 WASD 移动，空格键与前方互动：砍伐、采矿、饮水、战斗、进食。",
  left: "左", right: "右", up: "上", down: "下", do: "互动", sleep: "睡觉",
  place_stone: "放石头", place_table: "放工作台", place_furnace: "放熔炉", place_plant: "种树苗",
  health: "生命", food: "食物", drink: "水分", energy: "精力", sapling: "树苗", wood: "木头", stone: "石头", coal: "煤", iron: "铁", diamond: "钻石",
  wood_pickaxe: "木镐", stone_pickaxe: "石镐", iron_pickaxe: "铁镐", wood_sword: "木剑", stone_sword: "石剑", iron_sword: "铁剑",
};

const TABLES = { en, zh };
let language = recall("language", navigator.language.startsWith("zh") ? "zh" : "en");
if (!(language in TABLES)) language = "en";
apply();

function apply() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
}

export const otherLanguage = () => (language === "zh" ? { name: "en", text: "English" } : { name: "zh", text: "中文" });

export function setLanguage(name) {
  language = name;
  remember("language", name);
  apply();
  change({});
}

/** The text of a name, with `{n}` replaced by `values.n`. What is made has the name of the item. */
export const t = (name, values = {}) =>
  (TABLES[language][name.replace(/^make_/, "")] ?? name).replace(/\{(\w+)\}/g, (_, key) => String(values[key]));

export const number = (value, digits = 0) =>
  new Intl.NumberFormat(language === "zh" ? "zh-Hans" : "en", { maximumFractionDigits: digits }).format(value);
