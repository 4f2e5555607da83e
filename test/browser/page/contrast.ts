import type { Page } from "playwright-core";

/** A text and how far it stands out. */
export interface TextContrast {
  readonly text: string;
  /** From 1, invisible, to 21, black on white (WCAG 2.2, 1.4.3). */
  readonly ratio: number;
}

/** Finds the text on a page that stands out least from what is behind it. Behind an open dialog nothing counts. */
export function faintestText(page: Page): Promise<TextContrast> {
  // Runs in the page, so it holds all that it needs.
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    if (canvas === null) throw new Error("There is no canvas");

    /** Paints a colour over another and reads back what comes of it. */
    function over(color: string, [red = 0, green = 0, blue = 0]: readonly number[]): number[] {
      if (canvas === null) return [];
      canvas.fillStyle = `rgb(${red} ${green} ${blue})`;
      canvas.fillRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    }

    function groundOf(element: Element | null): number[] {
      if (element === null) return [255, 255, 255];
      return over(getComputedStyle(element).backgroundColor, groundOf(element.parentElement));
    }

    function luminance(color: readonly number[]): number {
      const [red = 0, green = 0, blue = 0] = color.map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    }

    function contrastOf(element: Element, color: string): number {
      const ground = groundOf(element);
      const [dark = 0, light = 0] = [luminance(ground), luminance(over(color, ground))].sort((a, b) => a - b);
      return (light + 0.05) / (dark + 0.05);
    }

    const root = document.querySelector("dialog[open]") ?? document.body;
    const found: { text: string; ratio: number }[] = [];
    for (const element of root.querySelectorAll("*")) {
      const own = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
      const field = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element : undefined;
      const text = (field?.value ?? own.map(({ textContent }) => textContent).join("")).trim();
      if (text !== "" && element.checkVisibility()) {
        found.push({ text, ratio: contrastOf(element, getComputedStyle(element).color) });
      }
      if (field !== undefined && field.placeholder !== "" && field.checkVisibility()) {
        const { color } = getComputedStyle(field, "::placeholder");
        found.push({ text: field.placeholder, ratio: contrastOf(field, color) });
      }
    }
    const [faintest] = found.sort((a, b) => a.ratio - b.ratio);
    if (faintest === undefined) throw new Error("There is no text");
    return faintest;
  });
}
