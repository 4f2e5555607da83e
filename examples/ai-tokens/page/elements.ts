function find<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new Error(`The page has no ${type.name} #${id}`);
}

/** The parts of the page that the script works with. */
export const page = {
  question: find("question", HTMLFormElement),
  prompt: find("prompt", HTMLTextAreaElement),
  answer: find("answer", HTMLElement),
  state: find("state", HTMLElement),
  anotherTab: find("another-tab", HTMLAnchorElement),
  text: find("text", HTMLElement),
  problem: find("problem", HTMLElement),
  resumed: find("resumed", HTMLElement),
};
