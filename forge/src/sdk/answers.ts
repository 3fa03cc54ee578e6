/** Makes what SDK packages answer into a `Response`. */

import { type APIResponse, HttpError } from '@forge/api';

const BODILESS = [101, 204, 205, 304];

/** A `Response` with the same status, headers and body; 413 without a body instead of what is larger than `most`. */
async function asResponse(answer: APIResponse, most: number): Promise<Response> {
  if (Number(answer.headers.get('content-length') ?? 0) > most) {
    if (answer instanceof Response) await answer.body?.cancel();
    return new Response(null, { status: 413 });
  }
  if (answer instanceof Response) return answer;
  const headers = new Headers();
  answer.headers.forEach((value, name) => {
    // The body has been unpacked already.
    if (!/^(content-encoding|content-length|transfer-encoding)$/i.test(name)) headers.append(name, value);
  });
  const body = BODILESS.includes(answer.status) ? null : await answer.arrayBuffer();
  return new Response(body, { status: answer.status, headers });
}

/**
 * The SDK throws where Forge itself refuses a request: a user who is gone, a scope that is missing, too many requests.
 * As far as this has a status it is an answer like any other; the rest is thrown on. `most`: bytes that are read.
 */
export async function answerOf(request: Promise<APIResponse>, most = Number.POSITIVE_INFINITY): Promise<Response> {
  try {
    return await asResponse(await request, most);
  } catch (error) {
    if (error instanceof HttpError && error.status && error.status >= 400 && error.status <= 499) {
      return new Response(JSON.stringify({ message: error.name }), { status: error.status });
    }
    throw error;
  }
}
