// Has a script checked while it is typed. The check asks the outside world too (is the topic there?), so: not while
// the text changes, not twice for the same text, and never two at once. An older answer is dropped; its request is
// waited for, because giving it up would not end the work behind it.

export class Validator<Asked, Answer> {
  private wanted: { key: string; asked: Asked } | null = null;
  private told: string | null = null; // whose answer was told last
  private running = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `tell`: an answer, or what `check` threw. */
  constructor(
    private readonly check: (asked: Asked) => Promise<Answer>,
    private readonly tell: (asked: Asked, answer: Answer | null, error: unknown) => void,
    private readonly pauseMs = 400,
  ) {}

  /** What is there now; `key` says whether that is the same as before. Null: nothing to check. */
  want(key: string | null, asked: Asked): void {
    this.wanted = key === null ? null : { key, asked };
    if (key === null) this.told = null;
    this.runSoon();
  }
  /** Nothing is told any more. */
  dispose(): void {
    clearTimeout(this.timer);
    this.wanted = null;
  }

  private runSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), this.pauseMs);
  }
  private async run() {
    if (this.running || this.wanted === null || this.wanted.key === this.told) return;
    const { key, asked } = this.wanted;
    this.running = true;
    let answer: Answer | null = null;
    let error: unknown = null;
    try {
      answer = await this.check(asked);
    } catch (thrown) {
      error = thrown;
    }
    this.running = false;
    if (this.wanted?.key === key) {
      // What could not be asked may be asked again.
      this.told = answer === null ? null : key;
      this.tell(asked, answer, error);
    } else {
      this.runSoon();
    }
  }
}
