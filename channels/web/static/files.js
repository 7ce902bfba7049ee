// Photos and files: made smaller here where that helps on a mobile line, sent with progress, shown to their owner.

export const MAX_BYTES = 10_000_000;
const SHRINK_FROM = 1_500_000;
const LONGEST_SIDE = 2560;
const KINDS = /^(image\/(jpeg|png|webp|gif)|application\/pdf|video\/mp4|audio\/amr)$/;

export function isPossible(file) {
  return KINDS.test(file.type) || /\.amr$/i.test(file.name);
}

// Large photos shrink; whatever cannot be drawn goes as it is and the server decides.
export async function shrink(file) {
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
export function upload(file, session, language, progress) {
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
      else reject(Object.assign(new Error(body?.code ?? "failed"), { code: body?.code }));
    };
    request.onerror = () => reject(new Error("failed"));
    request.onabort = () => reject(Object.assign(new Error("aborted"), { code: "aborted" }));
  });
  const form = new FormData();
  form.append("file", file, "file");
  request.open("POST", "/api/uploads");
  request.setRequestHeader("Authorization", `Bearer ${session}`);
  request.setRequestHeader("Accept-Language", language);
  request.send(form);
  return { answer, stop: () => request.abort() };
}

const pictures = new Map(); // upload id → object URL, made once

export function remember(id, blob) {
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
