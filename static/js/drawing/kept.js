// What this tab keeps until it has arrived: a reload, a lost line or a wrong turn takes nothing away.

export class Kept {
  constructor(name) {
    this.name = `hairline_${name}`;
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.name));
    } catch {
      return null;
    }
  }

  write(value) {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  forget() {
    sessionStorage.removeItem(this.name);
  }
}
