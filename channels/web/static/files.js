// Photos and files: made smaller here where that helps on a mobile line, sent with progress, shown to their owner.

const MAX_BYTES = 10_000_000;
const SHRINK_FROM = 1_500_000;
const LONGEST_SIDE = 2560;
const KINDS = /^(image\/(jpeg|png|webp|gif)|application\/pdf|video\/mp4|audio\/amr)$/;

function isPossible(file) {
  return KINDS.test(file.type) || /\.amr$/i.test(file.name);
}

// Large photos shrink; whatever cannot be drawn goes as it is and the server decides.
async function shrink(file) {
  if (!/^image\/(jpeg|webp)$/.test(file.type) || file.size < SHRINK_FROM) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return smaller && smaller.size < file.size ? smaller : file;
  } catch {
    return file;
  }
}

// XMLHttpRequest, because fetch tells no upload progress. Resolves to {upload, media_type, size}.
function upload(file, session, language, progress) {
  const request = new XMLHttpRequest();
  const answer = new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      let body = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // a proxy's own page
      }
      if (request.status === 201 && body) resolve(body);
      else reject(problem(body?.code));
    };
    request.onerror = () => reject(problem("failed"));
    request.onabort = () => reject(problem("aborted"));
  });
  const form = new FormData();
  form.append("file", file, "file");
  request.open("POST", "/api/uploads");
  request.setRequestHeader("Authorization", `Bearer ${session}`);
  request.setRequestHeader("Accept-Language", language);
  request.send(form);
  return { answer, stop: () => request.abort() };
}

// A chosen file, checked, made smaller, stored: {upload, media_type, size}. `started` gets what stops it.
export async function take(file, session, language, progress, started = () => {}) {
  if (!session) throw problem("wait");
  if (!isPossible(file)) throw problem("unsupported");
  const ready = await shrink(file);
  if (ready.size > MAX_BYTES) throw problem("too_large");
  const { answer, stop } = upload(ready, session, language, progress);
  started(stop);
  const stored = await answer;
  if (stored.media_type.startsWith("image/")) remember(stored.upload, ready);
  return stored;
}

// Why a file was not taken, in words; "" when the citizen stopped it.
export function explained(failure, words) {
  const known = { aborted: "", wait: words.file_wait, too_large: words.file_large, unsupported: words.file_kind };
  return known[failure.code] ?? words.file_failed;
}

function problem(code) {
  return Object.assign(new Error(code), { code });
}

const pictures = new Map(); // upload id → object URL, made once

function remember(id, blob) {
  pictures.set(id, URL.createObjectURL(blob));
}

export async function picture(id, session) {
  if (!pictures.has(id)) {
    const answer = await fetch(`/api/uploads/${id}`, { headers: { Authorization: `Bearer ${session}` } });
    if (!answer.ok) return null;
    remember(id, await answer.blob());
  }
  return pictures.get(id);
}

export function forgetPictures() {
  for (const url of pictures.values()) URL.revokeObjectURL(url);
  pictures.clear();
}
