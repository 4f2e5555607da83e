import type { Env } from "./room.ts";

export { Room } from "./room.ts";

const NAME = /^[\w-]{1,40}$/;

/** `POST /rooms/ROOM` with a name enters a room, `GET` says who is in it, and what lies below are its streams. */
export default {
  async fetch(request, env) {
    const [, room = "", stream] = /^\/rooms\/([\w-]{1,40})(\/.+)?$/.exec(new URL(request.url).pathname) ?? [];
    if (room === "") return new Response("There is nothing here", { status: 404 });
    const object = env.ROOMS.getByName(room);
    if (stream !== undefined) return object.fetch(request);
    if (request.method === "GET") return Response.json(await object.members());
    if (request.method !== "POST") return new Response(null, { status: 405, headers: { Allow: "GET, POST" } });
    const name = await request.text();
    if (!NAME.test(name)) return new Response("That is no name", { status: 400 });
    return new Response(null, { status: (await object.enter(room, name)) ? 201 : 200 });
  },
} satisfies ExportedHandler<Env>;
