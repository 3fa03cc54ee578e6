/** The two ports of the fetch loop: whoever runs it says how Confluence is read, and how the renderer is reached. */

/** Makes a request. `path` begins with a slash. Rejects only if no answer came at all. */
export type Request = (path: string, init?: RequestOptions) => Promise<Response>;

/** What is sent: text in `body`, or a form with files. */
export interface RequestOptions {
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string | FormData;
}

export interface Ports {
  /** Confluence with the user's rights; paths such as `/wiki/api/v2/pages/1`. */
  confluence: Request;
  /** The rendering service; paths such as `/v1/needs`. */
  renderer: Request;
  /** Answers of the renderer only arrive whole if they are text. Files are then asked for in base64, a third longer. */
  textOnly?: boolean;
  /** Waits so many milliseconds; rejects when the export is cancelled or its time is up. */
  wait(milliseconds: number): Promise<void>;
}
