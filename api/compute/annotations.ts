// What the compute API notes on a Server for its views, since the objects that it names may be gone or renamed later.
import { createdByAnnotation, requestAnnotation } from "../../domain/created-by.ts";
import type { Server } from "../../models/compute/server.ts";

const keyName = "kumulus.cloud/key-name";
const imageID = "kumulus.cloud/image-id";
const reservation = "kumulus.cloud/reservation-id";
const launchIndex = "kumulus.cloud/launch-index";

export interface Notes {
  userID: string;
  requestID: string;
  keyName?: string;
  imageID?: string;
  reservationID: string;
  launchIndex: number;
}

export function serverAnnotations(notes: Notes): Record<string, string> {
  return {
    [createdByAnnotation]: notes.userID,
    [requestAnnotation]: notes.requestID,
    [reservation]: notes.reservationID,
    [launchIndex]: String(notes.launchIndex),
    ...(notes.keyName === undefined ? {} : { [keyName]: notes.keyName }),
    ...(notes.imageID === undefined ? {} : { [imageID]: notes.imageID }),
  };
}

export const notedKeyName = ({ metadata }: Server): string | undefined => metadata.annotations?.[keyName];
export const notedImageID = ({ metadata }: Server): string | undefined => metadata.annotations?.[imageID];
export const reservationOf = ({ metadata }: Server): string => metadata.annotations?.[reservation] ?? "";
export const launchIndexOf = ({ metadata }: Server): number => Number(metadata.annotations?.[launchIndex] ?? 0);
