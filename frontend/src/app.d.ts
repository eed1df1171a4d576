declare global {
  namespace App {
    interface Error {
      status: number;
      message: string;
      /** What went wrong with this very request, from the problem details of the answer. */
      detail?: string;
    }
  }
}

export {};
